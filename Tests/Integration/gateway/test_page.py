"""`GET /`: text for curl, and for browsers a page with forms, looked at in headless Chromium."""

import base64
import hashlib
import re

import pytest

from blackbox.browser import Browser
from blackbox.processes import run

#: What Firefox and Chromium send.
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize("accept, is_html", [
    (None, False), ("*/*", False), (BROWSER["Accept"], True), ("text/html", True),
    ("text/plain", False), ("text/html;q=0.5, text/plain", False), ("text/*", False),
    ("text/html;q=0, */*", False), ("application/json", False), ("TEXT/HTML", True), ("", False),
    ("text/html;level=1;q=0.9,text/*;q=0.5", True), ("nonsense", False)])
def test_who_wants_html_gets_it(auto, accept, is_html):
    response = auto.get("/", {"Accept": accept} if accept is not None else None)
    assert response.status == 200
    assert response.media_type == ("text/html" if is_html else "text/plain")
    assert response["vary"] == "Accept"


def test_each_form_of_it_is_cached_by_itself(auto):
    text, html = auto.get("/"), auto.get("/", BROWSER)
    assert text["etag"] != html["etag"]
    assert auto.get("/", {**BROWSER, "If-None-Match": html["etag"]}).status == 304
    assert auto.get("/", {**BROWSER, "If-None-Match": text["etag"]}).status == 200


def test_nothing_but_its_own_style_and_script_may_run(auto):
    page = auto.get("/", BROWSER)
    policy = page["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    for tag in ("style", "script"):
        content = re.findall(rf"<{tag}>(.*?)</{tag}>", page.text, re.DOTALL)
        assert len(content) == 1
        hashed = base64.b64encode(hashlib.sha256(content[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{hashed}'" in policy, \
            f"put sha256-{hashed} into BrowserPage.swift"
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", page.text), "nothing from elsewhere"
    assert not re.search(r"\son\w+=|\sstyle=", page.text)


@pytest.fixture(scope="module")
def browser(auto):
    with Browser() as browser:
        browser.open(f"http://127.0.0.1:{auto.port}/")
        browser.wait_for("document.body.dataset.routes")
        yield browser
        assert browser.complaints == []


def opened(browser, route):
    """Opens a route by its link; returns the script for its element."""
    element = f"[...document.querySelectorAll('.route')].find(e => e.dataset.name === '{route}')"
    browser.evaluate(f"location.hash = ({element}).id")
    browser.wait_for(f"({element}).querySelector('form')")
    return f"({element})"


def sent(browser, element):
    """Sends the form, and returns what is shown: status, header fields, body."""
    browser.evaluate(f"{element}.querySelector('.send').click()")
    browser.wait_for(f"{element}.querySelector('.result[data-done]')")
    return [browser.evaluate(f"{element}.querySelector('.result {part}').textContent")
            for part in (".status", "details pre", "> pre")]


def set_field(browser, element, name, value):
    browser.evaluate(
        f"(() => {{ const label = [...{element}.querySelectorAll('label')]"
        f".find(l => l.textContent.replace(' *', '') === {name!r});"
        f" label.control.value = {value!r};"
        f" label.control.dispatchEvent(new Event('input', {{bubbles: true}})); }})()")


def test_it_lists_every_route(browser):
    shown = browser.evaluate("[...document.querySelectorAll('.route')].map(e => e.dataset.name)")
    assert sorted(shown) == sorted(re.findall(r"^(\w+ /\S*)", run("routes").stdout, re.MULTILINE))
    assert browser.evaluate("document.querySelector('#state').hidden")
    groups = browser.evaluate("[...document.querySelectorAll('h2')].map(e => e.textContent)")
    assert groups[0] == "State" and len(groups) == len(set(groups)) >= 5


def test_every_route_has_a_form(browser):
    browser.evaluate("document.querySelectorAll('.route').forEach(e => { e.open = true; })")
    browser.wait_for("document.querySelectorAll('.route form .send').length =="
                     " document.body.dataset.routes")
    lines = browser.evaluate(
        "[...document.querySelectorAll('.command pre')].map(e => e.textContent)")
    assert all(line.startswith("curl ") for line in lines), lines
    # What is made from the form as it stands is a line, too.
    browser.evaluate("document.querySelectorAll('form').forEach(e =>"
                     " e.dispatchEvent(new Event('input')))")
    made = browser.evaluate("[...document.querySelectorAll('.command pre')].map(e => e.textContent)")
    assert all(re.fullmatch(r"curl .*http://127\.0\.0\.1:\d+/.*", line, re.DOTALL) for line in made)
    assert not [line for line in made if "undefined" in line or "{" in line.split("http")[-1]]
    browser.evaluate("document.querySelectorAll('.route').forEach(e => { e.open = false; })")


def test_a_call_shows_its_answer(browser, auto, key):
    put = opened(browser, "PUT /v1/state/{store}/{key...}")
    set_field(browser, put, "key", f"{key}/a b+é")
    set_field(browser, put, "body", '{"n":12345678901234567890,"l":[]}')
    status, fields, body = sent(browser, put)
    assert status.startswith("204 ") and "x-request-id: " in fields and body == ""
    stored = auto.get(f"/v1/state/-/{key}/a%20b%2B%C3%A9")
    assert stored.text == '{"n":12345678901234567890,"l":[]}'

    get = opened(browser, "GET /v1/state/{store}/{key...}")
    set_field(browser, get, "key", f"{key}/a b+é")
    status, fields, body = sent(browser, get)
    assert status.startswith("200 ") and "etag: " in fields
    assert body == '{\n  "n": 12345678901234567890,\n  "l": []\n}'
    line = browser.evaluate(f"{get}.querySelector('.command pre').textContent")
    assert line == f"curl http://127.0.0.1:{auto.port}/v1/state/-/{key}/a%20b%2B%C3%A9"


def test_lists_and_metadata_become_parameters(browser, key):
    bulk = opened(browser, "GET /v1/state/{store}")
    set_field(browser, bulk, "key", f"{key}-1\n{key}-2")
    set_field(browser, bulk, "metadata", "partitionKey=a=b")
    status, _, body = sent(browser, bulk)
    assert status.startswith("200 ") and f'"{key}-2": null' in body
    line = browser.evaluate(f"{bulk}.querySelector('.command pre').textContent")
    assert f"?key={key}-1&key={key}-2&metadata.partitionKey=a%3Db" in line


def test_a_problem_is_shown_as_one(browser, key):
    get = opened(browser, "GET /v1/state/{store}/{key...}")
    set_field(browser, get, "key", f"{key}-nothing")
    status, _, body = sent(browser, get)
    assert status.startswith("404 ") and '"type": "/v1/problems/not-found"' in body
    assert browser.evaluate(f"{get}.querySelector('.result .status').classList.contains('bad')")


def test_any_method_of_an_invocation(browser):
    invoke = opened(browser, "ANY /v1/invoke/{app}/{path...}")
    set_field(browser, invoke, "app", "pyapp")
    for method in ("POST", "PUT", "DELETE"):
        set_field(browser, invoke, "method", method)
        status, _, body = sent(browser, invoke)
        assert status.startswith("200 ") and f'"method": "{method}"' in body


def test_the_filter_and_the_keyboard(browser):
    browser.evaluate("document.activeElement.blur()")
    browser.press("/", "Slash", 191, "/")
    assert browser.evaluate("document.activeElement.id") == "filter"
    browser.type("state delete")
    shown = "[...document.querySelectorAll('.route')].filter(e => e.offsetParent)" \
            ".map(e => e.dataset.name)"
    assert browser.evaluate(shown) == ["DELETE /v1/state/{store}/{key...}"]
    browser.type(" zzz")
    assert browser.evaluate(shown) == []
    assert "No route" in browser.evaluate("document.querySelector('#state').innerText")
    browser.evaluate("(() => { const f = document.querySelector('#filter'); f.value = '';"
                     " f.dispatchEvent(new Event('input')); })()")
    # From the filter on, the next ones are the links, the groups and the routes.
    reached = []
    for _ in range(40):
        browser.press("Tab", "Tab", 9)
        reached.append(browser.evaluate("document.activeElement.parentElement?.dataset.name || ''"))
    assert len(set(filter(None, reached))) >= 5, reached
    before = browser.evaluate("document.querySelector('.route').open")
    browser.evaluate("document.querySelector('.route summary').focus()")
    browser.press("Enter", "Enter", 13, "\r")
    assert browser.evaluate("document.querySelector('.route').open") != before


@pytest.mark.parametrize("width, dark", [(1280, False), (1280, True), (400, False)])
def test_it_is_readable_everywhere(auto, width, dark, tmp_path):
    """No sideways scrolling, and contrast of at least 4.5 (WCAG 2.1, 1.4.3)."""
    with Browser(width=width, dark=dark) as browser:
        browser.open(f"http://127.0.0.1:{auto.port}/")
        browser.wait_for("document.body.dataset.routes")
        browser.evaluate("document.querySelectorAll('.route').forEach(e => { e.open = true; })")
        browser.wait_for("document.querySelectorAll('.route form .send').length =="
                         " document.body.dataset.routes")
        assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert browser.evaluate(CONTRAST) == []
        browser.screenshot(tmp_path / "page.png")
        assert (tmp_path / "page.png").stat().st_size > 10_000
        assert browser.complaints == []


#: The texts whose colour is too near to what is behind them.
CONTRAST = r"""(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = color => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgb(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255];
  };
  const bad = new Set();
  for (const element of document.querySelectorAll('body *')) {
    const hasText = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!hasText || !element.checkVisibility() || element.matches('script, style, option')) continue;
    const [a, b] = [light(rgb(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) bad.add(`${element.className || element.tagName}: ${ratio.toFixed(2)}`);
  }
  return [...bad];
})()"""
