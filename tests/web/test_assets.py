"""Static files: named by their content, kept for good, and nothing else reachable."""

import json
import os
import shutil
from pathlib import Path

import httpx2
import pytest

from web.assets import FOREVER, STATIC, Assets, UnknownAssetError, imported
from web.vendor import PACKAGES, PackagesMissingError


async def test_an_asset_is_kept_for_good_under_the_hash_of_its_content(assets: Assets, client: httpx2.AsyncClient):
    answer = await client.get(assets.url("js/app.js"))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == FOREVER
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.content == (STATIC / "js/app.js").read_bytes()


async def test_under_the_hash_of_another_time_todays_file_comes_but_is_not_kept(client: httpx2.AsyncClient):
    answer = await client.get("/assets/000000000000/js/app.js")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "../render.py",
        "..%2frender.py",
        "%2e%2e/%2e%2e/pyproject.toml",
        "js/../../render.py",
        "/etc/passwd",
        "js/app.js/",
        "js",
        "vendor/lit/package.json",
        "vendor/lucide-static/icons/house.svg",
        "vendor/ws/index.js",
        "css/base/tokens.css",
        "js/app.js%00",
    ],
)
async def test_nothing_outside_the_list_is_reachable(client: httpx2.AsyncClient, path: str):
    answer = await client.get(f"/assets/x/{path}", follow_redirects=True)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("path", "type"),
    [
        ("css/app.css", "text/css"),
        ("images/mark.svg", "image/svg+xml"),
        ("messages/de.js", "text/javascript"),
        ("vendor/@hotwired/turbo/dist/turbo.es2017-esm.js", "text/javascript"),
        ("vendor/@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2", "font/woff2"),
    ],
)
def test_files_have_the_type_that_browsers_ask_for(assets: Assets, path: str, type: str):
    assert assets[path].type == type


def test_a_misspelt_path_is_an_error_and_not_a_dead_link(assets: Assets):
    with pytest.raises(UnknownAssetError, match=r"js/ap\.js"):
        assets.url("js/ap.js")


def test_every_way_of_naming_a_file_of_lit_leads_to_one_address(assets: Assets):
    names = _imports(assets)
    for name, file in [("lit", "index.js"), ("lit-html", "lit-html.js"), ("lit-element", "index.js")]:
        assert names[name] == names[f"{name}/"] + file
    reactive = "@lit/reactive-element"
    assert names[reactive] == names[f"{reactive}/"] + "reactive-element.js"
    hashes = {name: url.split("/")[2] for name, url in names.items() if "lit" in name and "fairmatch" not in name}
    assert len(set(hashes.values())) == 4  # one per package


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ('import "a";\nimport { b } from "b/c";', ["a", "b/c"]),
        ("import {\n  one,\n  two,\n} from 'x';", ["x"]),
        ('import{a as b}from"lit-html";export*from"lit-element";', ["lit-html", "lit-element"]),
        ('export { one } from "y";\nexport const word = "z";', ["y"]),
        ('export function f() {\n  return document.createElement("dialog");\n}', []),
        ('const later = () => import("w");', []),
    ],
)
def test_it_is_known_what_a_module_imports(script: str, names: list[str]):
    assert imported(script) == names


def test_what_packages_import_is_in_the_import_map(assets: Assets):
    names = _imports(assets)
    served = [asset for asset in assets if asset.path.startswith("vendor/") and asset.path.endswith(".js")]
    for asset in served:
        for name in imported(asset.content.decode()):
            assert name.startswith(".") or _leads(assets, names, name), f"{asset.path} imports {name}"


def test_every_script_of_ours_has_a_name(assets: Assets):
    names = _imports(assets)
    scripts = {path.relative_to(STATIC / "js").with_suffix("").as_posix() for path in (STATIC / "js").rglob("*.js")}
    assert {f"fairmatch/{name}" for name in scripts} <= names.keys()


def test_our_scripts_import_one_another_by_name_and_only_what_is_there(assets: Assets):
    names = _imports(assets)
    for asset in assets:
        if asset.path.startswith("js/"):
            for name in imported(asset.content.decode()):
                assert _leads(assets, names, name), f"{asset.path} imports {name}"


def test_what_the_entry_needs_is_preloaded_without_waiting_for_it(assets: Assets):
    preloads = assets.preloads(("js/app.js", "js/inside.js"), "de")
    assert preloads[0] == assets.url("js/app.js")
    assert assets.url("messages/de.js") in preloads
    assert assets.url("vendor/@hotwired/turbo/dist/turbo.es2017-esm.js") in preloads
    assert len(preloads) == len(set(preloads))


def test_what_a_package_imports_from_its_own_folder_is_preloaded_too(assets: Assets):
    preloads = assets.preloads(("js/chat/fm-chat.js",), "en")
    paths = [url.split("/", 3)[3].removeprefix("vendor/") for url in preloads]
    assert {"lit/directives/repeat.js", "lit-html/directives/repeat.js", "lit-html/directive.js"} <= set(paths)
    assert {"lit-element/lit-element.js", "@lit/reactive-element/css-tag.js"} <= set(paths)
    assert all(url == assets.url(url.split("/", 3)[3]) for url in preloads)


def test_a_reader_gets_the_catalogue_of_their_language(assets: Assets):
    english = json.loads(assets.import_map("en"))["imports"]["fairmatch/messages"]
    german = json.loads(assets.import_map("de"))["imports"]["fairmatch/messages"]
    assert english == assets.url("messages/en.js")
    assert german == assets.url("messages/de.js")


def test_without_the_packages_one_sentence_says_what_to_type(tmp_path: Path):
    with pytest.raises(PackagesMissingError, match=r"make setup") as missing:
        Assets(node_modules=tmp_path)
    assert "\n" not in str(missing.value)


def test_each_package_of_the_list_has_files(assets: Assets):
    paths = [asset.path for asset in assets]
    for package in PACKAGES:
        assert any(path.startswith(f"vendor/{package.name}/") for path in paths), package.name


def test_a_changed_file_has_another_address_after_a_refresh(tmp_path: Path):
    shutil.copytree(STATIC / "images", tmp_path / "images")
    (tmp_path / "js").mkdir()
    script = tmp_path / "js/one.js"
    script.write_text("export const one = 1;")
    assets = Assets(static=tmp_path)
    before = assets.url("js/one.js")
    script.write_text("export const one = 2;")
    later = script.stat().st_mtime + 5
    os.utime(script, (later, later))
    assets.refresh()
    assert assets.url("js/one.js") != before
    assert json.loads(assets.import_map("en"))["imports"]["fairmatch/one"] == assets.url("js/one.js")


def _imports(assets: Assets) -> dict[str, str]:
    imports: dict[str, str] = json.loads(assets.import_map("en"))["imports"]
    return imports


def _leads(assets: Assets, names: dict[str, str], name: str) -> bool:
    """Whether a specifier leads to a file that is served."""
    prefixes = [key for key in names if key.endswith("/") and name.startswith(key)]
    url = names.get(name) or (names[prefixes[0]] + name.removeprefix(prefixes[0]) if prefixes else "")
    return bool(url) and assets.get(url.split("/", 3)[3]) is not None
