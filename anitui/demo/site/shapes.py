"""Posts and comments in the shapes that Reddit's API gives them."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from anitui.demo.site.posts import EXTERNAL_PREVIEW, PICTURES, PREVIEW, Comment, Item, Post, preview_url

REDDIT = "https://www.reddit.com"
_SIZE = (640, 480)  # what is said of every picture
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
_MIME = {"jpg": "image/jpg", "jpeg": "image/jpg", "png": "image/png", "gif": "image/gif", "webp": "image/webp"}

Shape = dict[str, Any]


def permalink(post: Post) -> str:
    slug = re.sub(r"\W+", "_", post.title.lower()).strip("_")[:50] or "_"
    return f"/r/{post.subreddit}/comments/{post.id}/{slug}/"


def listing(children: list[Shape], after: str | None = None) -> Shape:
    return {
        "kind": "Listing",
        "data": {
            "after": after,
            "before": None,
            "dist": len(children),
            "modhash": None,
            "geo_filter": "",
            "children": children,
        },
    }


def escaped(value: Any) -> Any:
    """As Reddit writes texts and addresses for whoever did not ask for `raw_json=1`."""
    if isinstance(value, str):
        return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if isinstance(value, list):
        return [escaped(each) for each in value]
    if isinstance(value, dict):
        return {key: escaped(each) for key, each in value.items()}
    return value


def rendered(text: str) -> str:
    """Markdown as HTML, of which only paragraphs and links are known here."""
    paragraphs = (_LINK.sub(r'<a href="\2">\1</a>', html.escape(each)) for each in text.split("\n\n") if each)
    return '<div class="md">' + "\n".join(f"<p>{each}</p>" for each in paragraphs) + "\n</div>"


def submission(post: Post, posts: Mapping[str, Post], num_comments: int) -> Shape:
    """A post as a `t3`; `posts` by their ids, for what it was crossposted from."""
    return {"kind": "t3", "data": _post_data(post, posts, num_comments)}


def _post_data(post: Post, posts: Mapping[str, Post], num_comments: int) -> Shape:
    url = _url(post, posts)
    author = "[deleted]" if post.author is None else post.author
    gone = {"moderator": "[removed]", "deleted": "[deleted]"}.get(post.removed_by_category or "")
    selftext = gone or post.selftext
    data: Shape = {
        "id": post.id,
        "name": f"t3_{post.id}",
        "subreddit": post.subreddit,
        "subreddit_name_prefixed": f"r/{post.subreddit}",
        "subreddit_id": "t5_" + post.subreddit.lower(),
        "subreddit_type": "public",
        "title": post.title,
        "author": author,
        "selftext": selftext,
        "selftext_html": rendered(selftext) if selftext else None,
        "url": url,
        "permalink": permalink(post),
        "domain": f"self.{post.subreddit}" if post.is_self else urlsplit(url).hostname or "",
        "created": post.created_utc,
        "created_utc": post.created_utc,
        "edited": False,
        "link_flair_text": post.flair,
        "link_flair_type": "text",
        "link_flair_css_class": None,
        "over_18": post.over_18,
        "spoiler": False,
        "locked": False,
        "stickied": False,
        "archived": False,
        "hidden": False,
        "score": post.score,
        "ups": post.score,
        "downs": 0,
        "upvote_ratio": 0.97,
        "num_comments": num_comments,
        "num_crossposts": 0,
        "removed_by_category": post.removed_by_category,
        "is_robot_indexable": post.removed_by_category is None,
        "is_self": post.is_self,
        "is_video": post.is_video,
        "is_meta": False,
        "is_original_content": False,
        "is_reddit_media_domain": url.startswith((PICTURES, "https://v.redd.it")),
        "thumbnail": "self" if post.is_self else "default",
        "media": None,
        "secure_media": None,
        "distinguished": None,
    }
    if not post.is_self:
        data["url_overridden_by_dest"] = url
    if post.gallery is not None:
        data |= _gallery(post)
    if post.is_video:
        video = {
            "reddit_video": {"fallback_url": f"{url}/DASH_720.mp4?source=fallback", "duration": 9, "is_gif": False}
        }
        data |= {"media": video, "secure_media": video, "post_hint": "hosted:video"}
    elif post.picture is not None and gone is None:
        data["post_hint"] = "image" if post.url is None or "." in post.url.rsplit("/", 1)[-1] else "link"
        if post.preview:
            data["preview"] = _preview(post)
    if post.crosspost_parent is not None:
        data["crosspost_parent"] = f"t3_{post.crosspost_parent}"
        if post.crosspost_list:
            parent = posts.get(post.crosspost_parent)
            data["crosspost_parent_list"] = [] if parent is None else [_post_data(parent, posts, 0)]
    return data


def _url(post: Post, posts: Mapping[str, Post]) -> str:
    if post.url is not None:
        return post.url
    if post.gallery is not None:
        return f"{REDDIT}/gallery/{post.id}"
    if post.is_video:
        return f"https://v.redd.it/{post.id}"
    if post.crosspost_parent is not None:
        parent = posts.get(post.crosspost_parent)
        # Of an original that is gone nobody knows more than this.
        return f"{REDDIT}/comments/{post.crosspost_parent}/" if parent is None else _url(parent, posts)
    if post.picture is not None:
        return f"{PICTURES}/{post.picture_name}"
    return REDDIT + permalink(post)


def _preview(post: Post) -> Shape:
    base = PREVIEW if post.url is None else EXTERNAL_PREVIEW
    width, height = _SIZE
    small = {"url": preview_url(post.picture_name, width=108, base=base), "width": 108, "height": 108 * height // width}
    full = {"url": preview_url(post.picture_name, base=base), "width": width, "height": height}
    return {
        "images": [{"source": full, "resolutions": [small], "variants": {}, "id": f"preview{post.id}"}],
        "enabled": True,
    }


def _gallery(post: Post) -> Shape:
    if post.removed_by_category is not None or post.gallery is None:
        return {"is_gallery": True, "gallery_data": None, "media_metadata": None}
    items = [{"media_id": each.media_id, "id": 1000 + i} for i, each in enumerate(post.gallery)]
    for shape, item in zip(items, post.gallery, strict=True):
        if item.caption is not None:
            shape["caption"] = item.caption
    # Reddit's own order in here is any; this one is wrong for certain where there are two.
    metadata = {each.media_id: _item(each) for each in reversed(post.gallery)}
    return {"is_gallery": True, "gallery_data": {"items": items}, "media_metadata": metadata}


def _item(item: Item) -> Shape:
    if item.status != "valid":
        return {"status": item.status}
    width, height = _SIZE
    small = {"x": 108, "y": 108 * height // width, "u": preview_url(item.name, width=108)}
    source: Shape = {"x": width, "y": height}
    if not item.animated:
        source["u"] = preview_url(item.name, width=width)
    if "gif" in item.animated:
        source["gif"] = f"{PICTURES}/{item.name}"
    if "mp4" in item.animated:
        source["mp4"] = preview_url(item.name).replace("format=pjpg", "format=mp4")
    return {
        "status": "valid",
        "e": "AnimatedImage" if item.animated else "Image",
        "m": _MIME.get(item.suffix, f"image/{item.suffix}"),
        "id": item.media_id,
        "p": [small],
        "s": source,
    }


def comment(said: Comment, post: Post, parent: str, depth: int, replies: Shape | None) -> Shape:
    """A comment as a `t1`; `replies` as a listing, None where there are none."""
    return {
        "kind": "t1",
        "data": {
            "id": said.id,
            "name": f"t1_{said.id}",
            "author": "[deleted]" if said.author is None else said.author,
            "body": said.body,
            "body_html": rendered(said.body),
            "parent_id": parent,
            "link_id": f"t3_{post.id}",
            "subreddit": post.subreddit,
            "subreddit_id": "t5_" + post.subreddit.lower(),
            "permalink": f"{permalink(post)}{said.id}/",
            "created_utc": post.created_utc + 3600 if said.created_utc is None else said.created_utc,
            "edited": False,
            "score": said.score,
            "depth": depth,
            "is_submitter": said.author is not None and said.author == post.author,
            "stickied": False,
            "distinguished": None,
            "replies": "" if replies is None else replies,
        },
    }


def more(children: list[str], count: int, parent: str, depth: int) -> Shape:
    """Comments that are to be asked for. Without children it says "continue this thread"."""
    first = children[0] if children else "_"
    return {
        "kind": "more",
        "data": {
            "id": first,
            "name": f"t1_{first}",
            "count": count,
            "parent_id": parent,
            "depth": depth,
            "children": children,
        },
    }
