"""The one SELECT of the quick look, for each database, as plain text; nothing here runs it or imports anything.

Both answer with one row: 1 when something may be to do, 0 when surely nothing is; then how many due publications wait
on paused accounts, and how many on accounts that the platform lets wait. "May" errs on the side of looking closer: a
claimed lane answers 1, because its owner may be dead, and so do a doubt and a due post that waits for a sign-in, which
every run has to tell, a run of the future, because the clock that began it was wrong, a sign-in that may end soon, once
a day, because a run warns of it, and a database of another version. Tests hold these texts against what the store
claims.
"""

from __future__ import annotations

HEAD = "0007"  # the revision that this program works with; written here so that Alembic need not be asked

# Parameters, both texts: "team". SQLite's has "now" too, written as SQLITE_NOW says; PostgreSQL asks its own clock,
# which is the clock that the run follows there.
SQLITE_NOW = "%Y-%m-%dT%H:%M:%S.%fZ"

_LOOK = """
SELECT CASE WHEN
  EXISTS (SELECT 1 FROM publications p JOIN connections c ON c.id = p.connection_id
          WHERE p.team_id = {team} AND p.wake_at <= {now} AND c.status <> 'paused' AND c.removed_at IS NULL
            AND (c.held_until IS NULL OR c.held_until <= {now}))
  OR EXISTS (SELECT 1 FROM connections WHERE team_id = {team} AND claim_id IS NOT NULL)
  OR EXISTS (SELECT 1 FROM publications WHERE team_id = {team} AND state = 'publishing')
  OR EXISTS (SELECT 1 FROM publications WHERE team_id = {team} AND state = 'in_doubt')
  OR EXISTS (SELECT 1 FROM runs WHERE team_id = {team} AND started_at > {now})
  OR EXISTS (SELECT 1 FROM connections
             WHERE team_id = {team} AND removed_at IS NULL AND status <> 'needs_reauth'
               AND (refresh_expires_at <= {soon} OR (refresh_token IS NULL AND token_expires_at <= {soon}))
               AND NOT EXISTS (SELECT 1 FROM runs WHERE team_id = {team} AND started_at > {yesterday}))
  OR NOT EXISTS (SELECT 1 FROM alembic_version WHERE version_num = '{head}')
THEN 1 ELSE 0 END,
(SELECT count(*) FROM publications p JOIN connections c ON c.id = p.connection_id
 WHERE p.team_id = {team} AND p.wake_at <= {now} AND p.state IN ('scheduled', 'processing')
   AND c.removed_at IS NULL AND c.status = 'paused'),
(SELECT count(*) FROM publications p JOIN connections c ON c.id = p.connection_id
 WHERE p.team_id = {team} AND p.wake_at <= {now} AND p.state IN ('scheduled', 'processing')
   AND c.removed_at IS NULL AND c.status = 'active' AND c.held_until > {now})
"""

_THEN = "strftime('%Y-%m-%dT%H:%M:%fZ', :now, '{}')"
SQLITE = _LOOK.format(
    team=":team", now=":now", soon=_THEN.format("+14 days"), yesterday=_THEN.format("-1 day"), head=HEAD
)
POSTGRESQL = _LOOK.format(
    team="%(team)s",
    now="now()",
    soon="now() + interval '14 days'",
    yesterday="now() - interval '1 day'",
    head=HEAD,
)
