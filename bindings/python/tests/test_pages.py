"""The walk over all contact ways."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

import contactway


def test_walks_every_page(client: contactway.Client, calls: Any) -> None:
    made = [client.add(type=1, scene=2, user=["zhangsan"])["config_id"] for _ in range(7)]
    assert [way["config_id"] for way in client.iter_contact_ways(limit=3)] == made
    assert len(calls("list_contact_way")) == 3


def test_a_page_is_read_when_it_is_needed(client: contactway.Client, calls: Any) -> None:
    for _ in range(4):
        client.add(type=1, scene=2, user=["zhangsan"])
    ways = client.iter_contact_ways(limit=2)
    assert calls("list_contact_way") == []
    assert len(list(itertools.islice(ways, 2))) == 2
    assert len(calls("list_contact_way")) == 1


def test_start_and_end_are_sent(client: contactway.Client, calls: Any) -> None:
    assert list(client.iter_contact_ways(0, 1)) == []
    assert calls("list_contact_way")[-1]["body"] == '{"start_time":0,"end_time":1,"limit":1000}'


def test_a_cursor_that_repeats_ends_the_walk(client: contactway.Client, faults: Any, calls: Any) -> None:
    page = '{"errcode":0,"errmsg":"ok","contact_way":[{"config_id":"a"}],"next_cursor":"again"}'
    faults("list_contact_way", status=200, body=page)
    ways = client.iter_contact_ways()
    assert next(ways) == {"config_id": "a"}
    with pytest.raises(contactway.BadResponse, match="cursor"):
        list(itertools.islice(ways, 10))
    assert len(calls("list_contact_way")) == 2


def test_a_refusal_comes_out_of_the_walk(client: contactway.Client, faults: Any) -> None:
    faults("list_contact_way", errcode=48002)
    with pytest.raises(contactway.ApiError):
        list(client.iter_contact_ways())


@pytest.mark.parametrize("members", ['"contact_way":null,"next_cursor":null', '"next_cursor":""', '"contact_way":[]'])
def test_null_and_absent_are_an_empty_page(client: contactway.Client, faults: Any, members: str) -> None:
    faults("list_contact_way", status=200, body=f'{{"errcode":0,"errmsg":"ok",{members}}}')
    assert list(client.iter_contact_ways()) == []


@pytest.mark.parametrize(
    "members", ['"contact_way":5', '"contact_way":{"config_id":"a"}', '"next_cursor":["a"]', '"next_cursor":0']
)
def test_a_page_of_another_shape_is_a_bad_response(client: contactway.Client, faults: Any, members: str) -> None:
    faults("list_contact_way", status=200, body=f'{{"errcode":0,"errmsg":"ok",{members}}}')
    with pytest.raises(contactway.BadResponse):
        list(client.iter_contact_ways())
