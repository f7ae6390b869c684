"""The frame of every HTML page of the sandbox: style, safety headers; no scripts, and no page's content."""

from html import escape

from planrrr_cli.sandbox.wire import Reply, html_reply

POLICY = ("Content-Security-Policy", "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'")
STYLE = """
:root{color-scheme:light dark;--ink:#1c1e21;--soft:#65676b;--card:#fff;--ground:#f0f2f5;--line:#dddfe2;--mark:#0a66c2}
@media(prefers-color-scheme:dark){:root{--ink:#e4e6eb;--soft:#b0b3b8;--card:#242526;--ground:#18191a;--line:#3a3b3c;
--mark:#6cb2ff}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:46rem;margin:0 auto;padding:1rem}h1{font-size:1.4rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}
article{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem;margin:0 0 1rem}
article article{margin:.8rem 0 0;background:var(--ground)}header,small,.soft{color:var(--soft);font-size:.85rem}
header b{color:var(--ink);font-size:1rem}p{white-space:pre-wrap;overflow-wrap:anywhere;margin:.6rem 0}
a{color:var(--mark)}figure{display:inline-block;margin:.3rem .3rem .3rem 0;max-width:100%;vertical-align:top}
figure img{max-width:100%;max-height:18rem;border-radius:.4rem;display:block}
figcaption{font-size:.8rem;color:var(--soft);max-width:22rem}
.box{display:grid;place-items:center;width:11rem;height:7rem;border:1px dashed var(--line);border-radius:.4rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.8rem}
td,th{text-align:left;padding:.25rem .6rem .25rem 0;border-bottom:1px solid var(--line);white-space:nowrap}
tr:target{outline:2px solid var(--mark)}
form label{display:block;margin:.4rem 0;overflow-wrap:anywhere}
select,button{font:inherit;padding:.4rem .8rem;max-width:100%}
"""


def page(title: str, body: str, status: int = 200) -> Reply:
    """`body` is HTML, `title` text."""
    text = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>'
        f"{escape(title)} · planrrr sandbox</title>"
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{STYLE}</style></head><body><main>{body}</main></body></html>\n"
    )
    reply = html_reply(text, status)
    return Reply(status, reply.body, (*reply.headers, POLICY, ("X-Content-Type-Options", "nosniff")))
