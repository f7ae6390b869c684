"""POST /rest/posts: what comes of it, and every refusal."""

import pytest

from tests.sandbox.linkedin.conftest import JPEG, MP4, PDF, code_of, sha

OPTIONS = [{"text": "Yes"}, {"text": "No"}]
POLL = {"question": "Rye?", "options": OPTIONS, "settings": {"duration": "THREE_DAYS"}}
ARTICLE = {"source": "https://example.com/rye", "title": "Rye", "description": "About rye"}


def test_a_post_is_answered_with_its_urn_in_a_header_and_no_body(club):
    answer = club.post("Hello")
    urn = answer.headers["x-restli-id"]
    assert (answer.status_code, answer.content) == (201, b"")
    assert urn == answer.headers["x-linkedin-id"] and urn.startswith("urn:li:share:")
    [entry] = club.ledger()
    assert (entry["platform"], entry["account_id"], entry["remote_id"]) == ("linkedin", club.urn, urn)
    assert entry["permalink"] == f"{club.url}/feed/update/{urn}/"
    assert club.http.get(entry["permalink"]).status_code == 200


def test_ids_tell_the_moment_by_the_sandbox_clock(club):
    first = int(club.published("one").rpartition(":")[2])
    club.advance(86_400)
    second = int(club.published("two").rpartition(":")[2])
    assert 86_400_000 <= (second >> 22) - (first >> 22) < 86_410_000


def test_a_person_posts_too_and_to_connections_alone_when_told(person):
    person.published("for friends", visibility="CONNECTIONS")
    [entry] = person.ledger()
    assert (entry["account_id"], entry["extra"]) == (person.urn, {"visibility": "CONNECTIONS"})


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"lifecycleState": "DRAFT"}, (400, "INVALID_VALUE_FOR_FIELD")),
        ({"visibility": "CONNECTIONS"}, (400, "INVALID_VALUE_FOR_FIELD")),
        ({"visibility": "EVERYONE"}, (400, "INVALID_VALUE_FOR_FIELD")),
        ({"visibility": "CONTAINER"}, (400, "MISSING_FIELD")),
        ({"commentary": 5}, (400, "INVALID_VALUE_FOR_FIELD")),
        ({"commentary": ""}, (422, "UNPROCESSABLE_ENTITY")),
        ({"commentary": " \n"}, (422, "UNPROCESSABLE_ENTITY")),
        ({"commentary": "x" * 3001}, (400, "FIELD_LENGTH_TOO_LONG")),
        ({"commentary": "🙂" * 1501}, (400, "FIELD_LENGTH_TOO_LONG")),
        ({"author": "me"}, (400, "INVALID_URN_ID")),
        ({"author": "urn:li:group:5"}, (400, "INVALID_URN_TYPE")),
        ({"author": "urn:li:organization:1"}, (403, "ACCESS_DENIED")),
        ({"scheduledAt": 5}, (403, "ACCESS_DENIED")),
        ({"content": None}, (403, "ACCESS_DENIED")),
        ({"content": {"carousel": {"cards": []}}}, (403, "ACCESS_DENIED")),
        ({"distribution": {"feedDistribution": "MAIN_FEED", "reach": 1}}, (403, "ACCESS_DENIED")),
        ({"distribution": {}}, (400, "MISSING_FIELD")),
        ({"isReshareDisabledByAuthor": "no"}, (400, "INVALID_VALUE_FOR_FIELD")),
        ({"reshareContext": {"parent": "urn:li:share:5"}}, (400, "INVALID_URN_ID")),
    ],
)
def test_what_a_post_may_not_be_is_refused_and_nothing_is_public(club, fields, refusal):
    assert code_of(club.rest("POST", "posts", club.body("m") | fields)) == refusal
    assert club.ledger() == []
    assert [record["effect"] for record in club.journal()] == [False]


@pytest.mark.parametrize("name", ["author", "commentary", "visibility", "distribution", "lifecycleState"])
def test_each_required_field_is_asked_for(club, name):
    body = club.body()
    del body[name]
    answer = club.rest("POST", "posts", body)
    [error] = answer.json()["errorDetails"]["inputErrors"]
    assert (answer.status_code, error["code"]) == (400, "MISSING_FIELD")
    assert error["input"] == {"inputPath": {"fieldPath": f"/{name}"}}


def test_unknown_fields_are_all_named(club):
    answer = club.post("m", {"media": {"id": "x", "caption": "c"}}, scheduled=True)
    assert answer.json() == {
        "status": 403,
        "serviceErrorCode": 100,
        "code": "ACCESS_DENIED",
        "message": "Unpermitted fields present in REQUEST_BODY: Data Processing Exception while processing "
        "fields [/content/media/caption,/scheduled]",
    }


def test_three_thousand_characters_that_people_see_are_not_too_many(club):
    escaped = "\\(" * 3000
    club.published(escaped)
    assert club.texts() == ["(" * 3000]


def test_only_one_kind_of_content_fits_into_a_post(club):
    content = {"article": ARTICLE, "poll": POLL}
    assert code_of(club.post("m", content)) == (400, "INVALID_VALUE_FOR_FIELD")


def test_a_link_card_shows_its_address_title_and_thumbnail(club):
    thumbnail = club.uploaded("image", JPEG)
    club.published("Look", {"article": ARTICLE | {"thumbnail": thumbnail}})
    [entry] = club.ledger()
    assert (entry["text"], entry["link"], entry["title"]) == ("Look", ARTICLE["source"], "Rye")
    assert [(medium["kind"], medium["sha256"]) for medium in entry["media"]] == [("thumbnail", sha(JPEG))]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"source": "example"}, "INVALID_VALUE_FOR_FIELD"),
        ({"source": "https://["}, "INVALID_VALUE_FOR_FIELD"),
        ({"title": " "}, "MISSING_FIELD"),
        ({"thumbnail": "urn:li:image:none"}, "INVALID_URN_ID"),
        ({"thumbnail": "urn:li:video:none"}, "INVALID_URN_TYPE"),
    ],
)
def test_a_link_card_is_checked(club, change, refusal):
    assert code_of(club.post("m", {"article": ARTICLE | change})) == (400, refusal)


def test_a_poll_is_shown_with_its_options(club):
    club.published("Vote", {"poll": POLL})
    [entry] = club.ledger()
    assert entry["extra"]["poll"] == {"question": "Rye?", "options": ["Yes", "No"], "duration": "THREE_DAYS"}


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"question": "x" * 141}, "FIELD_LENGTH_TOO_LONG"),
        ({"options": OPTIONS[:1]}, "INVALID_VALUE_FOR_FIELD"),
        ({"options": OPTIONS * 3}, "INVALID_VALUE_FOR_FIELD"),
        ({"options": [{"text": "x" * 31}, {"text": "y"}]}, "FIELD_LENGTH_TOO_LONG"),
        ({"settings": {"duration": "TWO_DAYS"}}, "INVALID_VALUE_FOR_FIELD"),
    ],
)
def test_a_poll_is_checked(club, change, refusal):
    assert code_of(club.post("m", {"poll": POLL | change})) == (400, refusal)


def test_pictures_are_shown_in_order_with_their_descriptions(club):
    contents = [JPEG + bytes([number]) for number in range(3)]
    images = [
        {"id": club.uploaded("image", each), "altText": f"picture {n}"} for n, each in enumerate(contents)
    ]
    urn = club.published("Three", {"multiImage": {"images": images}})
    [entry] = club.ledger()
    told = [(medium["kind"], medium["sha256"], medium["alt"]) for medium in entry["media"]]
    assert told == [("image", sha(each), f"picture {n}") for n, each in enumerate(contents)]
    assert club.read(urn).json()["content"] == {"multiImage": {"images": images}}


def test_one_picture_alone_and_twenty_one_are_no_multi_image(club):
    image = {"id": club.uploaded("image", JPEG)}
    for images in ([image], [image] * 21):
        answer = club.post("m", {"multiImage": {"images": images}})
        assert code_of(answer) == (400, "INVALID_VALUE_FOR_FIELD")


def test_descriptions_have_a_limit(club):
    image = club.uploaded("image", JPEG)
    for length, status in ((4086, 201), (4087, 400)):
        assert club.post("m", {"media": {"id": image, "altText": "x" * length}}).status_code == status


def test_a_document_needs_a_title_and_becomes_a_ugc_post(club):
    document = club.uploaded("document", PDF)
    assert code_of(club.post("m", {"media": {"id": document}})) == (400, "MISSING_FIELD")
    urn = club.published("m", {"media": {"id": document, "title": "talk.pdf"}})
    [entry] = club.ledger()
    assert urn.startswith("urn:li:ugcPost:") and entry["title"] == "talk.pdf"
    assert [(medium["kind"], medium["sha256"]) for medium in entry["media"]] == [("document", sha(PDF))]


def test_a_video_becomes_a_ugc_post_and_the_calls_that_led_to_it_are_told(club):
    urn = club.published("m", {"media": {"id": club.film(), "title": "Rising"}})
    [entry] = club.ledger()
    assert urn.startswith("urn:li:ugcPost:")
    assert [(medium["kind"], medium["sha256"]) for medium in entry["media"]] == [("video", sha(MP4))]
    calls = {record["sequence"]: record["call"] for record in club.journal()}
    assert [calls[number] for number in entry["requests"]] == [
        "linkedin.video.initialize",
        "linkedin.video.upload",
        "linkedin.video.finalize",
        "linkedin.post.create",
    ]


def test_the_same_words_within_ten_minutes_are_a_duplicate_of_the_first(club):
    first = club.published("again")
    club.advance(590)
    answer = club.post("again")
    assert answer.json() == {
        "errorDetailType": "com.linkedin.common.error.BadRequest",
        "message": "com.linkedin.content.common.exception.BadRequestResponseException: Content is a "
        f"duplicate of {first}",
        "errorDetails": {
            "inputErrors": [
                {"description": "Duplicate post is detected", "input": {}, "code": "DUPLICATE_POST"}
            ]
        },
        "status": 422,
    }
    club.advance(11)
    assert club.published("again") != first
    assert club.texts() == ["again", "again"]


def test_duplicates_are_those_of_one_author_with_the_same_media(club, member):
    image, other = club.uploaded("image", JPEG), club.uploaded("image", JPEG)
    first = club.published("words", {"media": {"id": image}})
    assert code_of(club.post("words", {"media": {"id": image}})) == (422, "DUPLICATE_POST")
    assert first in club.post("words", {"media": {"id": image}}).text
    club.published("words", {"media": {"id": other}})
    club.published("words")
    member(2).published("words")
    assert len(club.ledger()) == 4


def test_a_reshare_names_what_it_shares(club, person):
    first = club.published("original")
    urn = person.published("worth it", reshareContext={"parent": first})
    assert person.ledger()[1]["link"] == f"{club.url}/feed/update/{first}/"
    assert code_of(person.post("m", {"poll": POLL}, reshareContext={"parent": first}))[0] == 400
    assert urn != first


def test_a_dark_post_is_an_organizations_and_nobody_sees_it(club, person):
    dark = {"feedDistribution": "NONE"}
    urn = club.published("for ads", distribution=dark)
    assert club.ledger() == [] and club.read(urn).status_code == 200
    assert code_of(person.post("m", distribution=dark)) == (400, "INVALID_VALUE_FOR_FIELD")


def test_a_post_whose_media_fail_later_was_answered_with_201_and_is_never_public(club):
    club.change(club.urn, failing_posts=1)
    image = club.uploaded("image", JPEG)
    urn = club.published("words", {"media": {"id": image}})
    assert club.ledger() == []
    seen = club.rest("GET", f"posts/{urn.replace(':', '%3A')}?viewContext=AUTHOR").json()
    assert seen["lifecycleState"] == "PUBLISH_FAILED"
    assert club.read(urn).status_code == 404
    assert club.mine().json()["elements"][0]["lifecycleState"] == "PUBLISH_FAILED"
    club.published("words", {"media": {"id": image}})
    assert club.texts() == ["words"]


def test_a_post_with_an_image_in_processing_waits_for_it(club):
    club.fault("linkedin.image.upload", "processing:2", "after")
    urn = club.published("words", {"media": {"id": club.uploaded("image", JPEG)}})
    address = f"posts/{urn.replace(':', '%3A')}?viewContext=AUTHOR"
    assert club.ledger() == []
    assert club.rest("GET", address).json()["lifecycleState"] == "PUBLISH_REQUESTED"
    club.advance(61)
    assert club.texts() == ["words"]
    assert club.rest("GET", address).json()["lifecycleState"] == "PUBLISHED"


def test_a_post_with_an_image_that_turns_out_to_be_none_fails_after_its_201(club):
    club.fault("linkedin.image.upload", "processing:2", "after")
    urn = club.published("words", {"media": {"id": club.uploaded("image", b"no picture" * 20)}})
    assert club.journal()[-1]["effect"] is False
    club.advance(61)
    seen = club.rest("GET", f"posts/{urn.replace(':', '%3A')}?viewContext=AUTHOR").json()
    assert seen["lifecycleState"] == "PUBLISH_FAILED" and club.ledger() == []
