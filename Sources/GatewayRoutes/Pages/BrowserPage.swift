/// `GET /` for people with a browser: the routes of `/openapi.json`, each with a form that calls it.
///
/// One page with nothing from elsewhere. `BrowserPage+Style.swift` and `BrowserPage+Script.swift` hold
/// the rest of it.
enum BrowserPage {
    /// The page.
    static let html = Array(
        #"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>daprgw</title>
        <link rel="icon" href="data:,">
        <style>\#(style)</style>
        <a class="skip" href="#routes">Skip to the routes</a>
        <header>
        <div class="bar">
        <h1>daprgw</h1>
        <p class="tagline">Dapr for everything that speaks HTTP</p>
        <label class="filter"><span class="unseen">Filter the routes</span>
        <input id="filter" type="search" placeholder="Filter: press /" autocomplete="off"
        spellcheck="false"></label>
        <nav class="links" aria-label="Documents"><a href="/openapi.json">OpenAPI</a>
        <a href="/v1/problems">Problems</a></nav>
        </div>
        </header>
        <div class="page">
        <nav id="groups" aria-label="Building blocks"></nav>
        <main id="routes" tabindex="-1">
        <p class="intro">One value, one URL. The body is the value, the status code is the answer; what
        fails is a <a href="/v1/problems">problem document</a>. HEAD works wherever GET does, OPTIONS
        answers the methods of a path, and <code>-</code> stands for the configured component.</p>
        <p id="state" role="status">Reading /openapi.json …</p>
        <noscript><p>This page needs JavaScript. <code>curl</code> gets the same as text.</p></noscript>
        </main>
        </div>
        <script>\#(script)</script>
        </html>

        """#.utf8)

    /// Nothing but this page's own style and script runs, and it calls nobody but this gateway. A test
    /// tells the hashes after a change.
    static let policy = [
        "default-src 'none'", "connect-src 'self'", "img-src data:", "style-src '\(styleHash)'",
        "script-src '\(scriptHash)'", "base-uri 'none'", "form-action 'none'",
        "frame-ancestors 'none'",
    ].joined(separator: "; ")

    static let styleHash = "sha256-fVlKZ8ZDW/o1S33BHBBN99hyRqjb8LRY8U96OAjvJ2E="
    static let scriptHash = "sha256-wng7cOKUXSx+qQc14Ni0hEWrvVATgCfA1OZevVTj270="
}
