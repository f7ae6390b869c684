"""One understood request on its way through a route: who calls, what was sent; the routes decide the rest."""

from dataclasses import dataclass, field
from typing import Any

from planrrr_cli.sandbox.twin import Orders
from planrrr_cli.sandbox.wire import Request
from planrrr_cli.sandbox.x import problems, signatures
from planrrr_cli.sandbox.x.contents import Content
from planrrr_cli.sandbox.x.frames import Generation
from planrrr_cli.sandbox.x.limits import APP
from planrrr_cli.sandbox.x.model import Account, Grant
from planrrr_cli.sandbox.x.schema import check
from planrrr_cli.sandbox.x.store import Store

NONCES_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Caller:
    """`account` None is the application itself."""

    account: Account | None
    grant: Grant | None = None

    @property
    def id(self) -> str:
        return self.account.id if self.account else APP


@dataclass(frozen=True, slots=True)
class Visit:
    """`call` is the name of what is done, `node` the id in the path."""

    store: Store
    request: Request
    call: str
    node: str = ""
    content: Content = field(default_factory=Content)
    orders: Orders = field(default_factory=Orders)
    caller: Caller | None = None

    @property
    def account(self) -> Account:
        """The account that calls; routes that an application may call do not ask."""
        assert self.caller is not None and self.caller.account is not None
        return self.caller.account

    @property
    def generation(self) -> Generation:
        account = presumed_account(self.store, self.request)
        return account.generation if account else Generation.BOTH

    def body(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The JSON object that was sent; raises Problem for what the schema does not allow."""
        document = self.content.json_object()
        check(document, schema)
        return document


def token_of(request: Request) -> str:
    """The access token that a request names, good or not."""
    header = request.header("Authorization")
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    return signatures.read_header(header).get("oauth_token", "")


def presumed_account(store: Store, request: Request) -> Account | None:
    """Whose token it is; nothing is checked."""
    return store.account_of(token_of(request))


def authenticate(store: Store, request: Request, content: Content) -> Caller:
    """Who calls; raises Problem 401 for every credential that is not good now."""
    header = request.header("Authorization")
    token = token_of(request)
    if header.lower().startswith("bearer ") and token == store.bearer_token:
        return Caller(None)
    grant = store.grants.get(token)
    if grant is None or grant.dead or (grant.expires_at is not None and grant.expires_at <= store.now()):
        raise problems.unauthorized()
    if grant.secret is not None:
        _check_signature(store, request, content, grant)
    elif not header.lower().startswith("bearer "):
        raise problems.unauthorized()
    return Caller(store.accounts[grant.account_id], grant)


def _check_signature(store: Store, request: Request, content: Content, grant: Grant) -> None:
    given = signatures.read_header(request.header("Authorization"))
    clock = store.world.clock
    good = (
        signatures.is_complete(given)
        and given["oauth_consumer_key"] == store.consumer_key
        and signatures.is_timely(given, (clock.now(), clock.now() - clock.offset))
        and signatures.is_signed(
            request, given, content.form_text, (store.consumer_secret, grant.secret or "")
        )
    )
    key = (given.get("oauth_timestamp", ""), given.get("oauth_nonce", ""))
    if not good or key in store.nonces:
        raise problems.unauthorized()
    store.nonces[key] = store.now()
    while len(store.nonces) > NONCES_KEPT:
        store.nonces.pop(next(iter(store.nonces)))
