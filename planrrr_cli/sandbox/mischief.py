"""Performs one platform call and commits the fault that strikes it; which fault strikes is decided elsewhere."""

from dataclasses import replace

from planrrr_cli.sandbox.faults import COMMANDS, Fault, Kind, Strike
from planrrr_cli.sandbox.journal import Record
from planrrr_cli.sandbox.twin import Call, Orders
from planrrr_cli.sandbox.wire import Delivery, Reply, html_reply, json_reply
from planrrr_cli.sandbox.world import World

REPLACING = frozenset(Kind) - COMMANDS - {Kind.BREAK}
ORDERED = frozenset({Kind.PROCESSING, Kind.HIDE, Kind.USAGE})


def perform(world: World, call: Call, record: Record) -> Reply:
    """The call's reply, with at most one fault of each family: orders to the twin, before, after."""
    able = {Kind.USAGE} | (ORDERED & call.kind.obeys)
    order = world.faults.take(call.name, call.account_id, None, able)
    before = world.faults.take(call.name, call.account_id, Strike.BEFORE, REPLACING | COMMANDS - ORDERED)
    record.fault = _name(before or order)
    if before is not None and before.kind in REPLACING:
        if order is not None:
            world.faults.give_back(order)
        return distort(before, call, None)
    if before is not None:
        _command(world, before, call)
    reply = call.perform(_orders(order))
    if reply.status >= 400 or reply.delivery is not Delivery.WHOLE:
        if order is not None:
            world.faults.give_back(order)
        return reply
    if order is not None and order.kind is Kind.USAGE:
        reply = replace(reply, headers=reply.headers + call.usage_headers(int(order.number)))
    return _afterwards(world, call, record, reply)


def _afterwards(world: World, call: Call, record: Record, reply: Reply) -> Reply:
    after = world.faults.take(call.name, call.account_id, Strike.AFTER, REPLACING | COMMANDS - ORDERED)
    if after is None:
        return reply
    record.fault = _name(after)
    record.effect = reply.effect
    if after.kind in REPLACING:
        return replace(distort(after, call, reply), effect=reply.effect)
    _command(world, after, call)
    return reply


def _name(fault: Fault | None) -> str | None:
    return None if fault is None else ":".join([fault.kind, *fault.arguments]) + f" ({fault.strike})"


def _orders(fault: Fault | None) -> Orders:
    if fault is None or fault.kind is Kind.USAGE:
        return Orders()
    if fault.kind is Kind.PROCESSING:
        return Orders(processing_looks=int(fault.number))
    return Orders(hide_seconds=fault.number)


def _command(world: World, fault: Fault, call: Call) -> None:
    if fault.kind is Kind.HOLD:
        world.pause(fault.number)
    else:
        call.expire_token()


def distort(fault: Fault, call: Call, reply: Reply | None) -> Reply:
    """What goes out instead of `reply`; None when the call was never performed."""
    match fault.kind:
        case Kind.STATUS:
            return _status(int(fault.number), call)
        case Kind.ERROR:
            code, *rest = map(int, fault.arguments)
            return call.error_reply(code, rest[0] if rest else None)
        case Kind.RATE:
            return call.rate_reply(int(fault.number))
        case Kind.HTML:
            return html_reply(call.gateway_page, int(fault.arguments[0]) if fault.arguments else 200)
        case Kind.ERROR_200:
            return replace(call.status_reply(500), status=200)
        case Kind.SUCCESS_FALSE:
            return json_reply({"success": False})
        case Kind.EMPTY:
            return Reply(200, b"", (("Content-Type", "application/json; charset=UTF-8"),))
        case Kind.TRUNCATED:
            return _truncated(fault, reply or json_reply({"id": "", "message": "cut before it was done"}))
        case Kind.LOST:
            return Reply(0, delivery=Delivery.LOST)
        case Kind.RESET:
            return Reply(0, delivery=Delivery.RESET)
        case _:
            raise AssertionError(fault.kind)


def _status(status: int, call: Call) -> Reply:
    if status in (502, 504):
        return html_reply(call.gateway_page, status)
    return call.status_reply(status)


def _truncated(fault: Fault, whole: Reply) -> Reply:
    half = len(whole.body) // 2
    if fault.arguments:
        return replace(whole, body=whole.body[:half], headers=(*whole.headers, ("Connection", "close")))
    return replace(whole, delivery=Delivery.TRUNCATED)
