/**
 * The page's skeleton. What fills it comes as events: see `script.ts`.
 */

/** The document at `/`. */
export const html = /* html */ `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sandbox tenant</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%232f6f62'/%3E%3Cpath d='M4 11V5h2v6zm3.5 0V5H10a2 2 0 0 1 .6 3.9L12 11h-2l-1-2v2z' fill='%23fff'/%3E%3C/svg%3E">
<link rel="stylesheet" href="/_sandbox/page.css">
<script src="/_sandbox/page.js" defer></script>
</head>
<body>
<a class="skip" href="#requests">Skip to the requests</a>
<header>
  <div class="title">
    <h1>Sandbox tenant</h1>
    <p id="connection" class="connection" role="status">Connecting</p>
  </div>
  <p class="address">
    <code id="url"></code>
    <button type="button" id="copy" class="quiet" hidden>Copy</button>
    <span class="muted">The token is in the terminal that runs it.</span>
  </p>
  <dl id="quota" class="quota" aria-label="Requests left" hidden>
    <div><dt>This second</dt><dd><progress id="second" aria-label="Requests left this second"></progress><span id="second-text"></span></dd></div>
    <div><dt>This hour</dt><dd><progress id="hour" aria-label="Requests left this hour"></progress><span id="hour-text"></span></dd></div>
  </dl>
</header>
<p id="announcement" class="unseen" role="status"></p>
<main>
  <div class="column">
    <section aria-labelledby="blueprints-title">
      <h2 id="blueprints-title">Blueprints <span id="blueprints-count" class="count"></span></h2>
      <div id="blueprints-empty" class="empty" hidden>
        <p>No Blueprint yet. Make the first one:</p>
        <pre id="blueprints-try" tabindex="0"></pre>
      </div>
      <div id="blueprints-part" hidden><ul id="blueprints" class="rows"></ul></div>
    </section>
    <section aria-labelledby="library-title">
      <h2 id="library-title">Library</h2>
      <div id="library-empty" class="empty" hidden>
        <p>The library is empty. Put a script into it:</p>
        <pre id="library-try" tabindex="0"></pre>
        <p>Or start the sandbox with <code>--seed 42</code> to find it furnished.</p>
      </div>
      <details id="uploads-part" open hidden>
        <summary>Uploads that no app can be made of yet</summary>
        <ul id="uploads" class="rows items"></ul>
      </details>
      <details id="customApps-part" open hidden>
        <summary>Apps <span id="customApps-count" class="count"></span></summary>
        <ul id="customApps" class="rows items"></ul>
      </details>
      <details id="inHouseApps-part" open hidden>
        <summary>In-house apps <span id="inHouseApps-count" class="count"></span></summary>
        <ul id="inHouseApps" class="rows items"></ul>
      </details>
      <details id="customScripts-part" open hidden>
        <summary>Scripts <span id="customScripts-count" class="count"></span></summary>
        <ul id="customScripts" class="rows items"></ul>
      </details>
      <details id="customProfiles-part" open hidden>
        <summary>Profiles <span id="customProfiles-count" class="count"></span></summary>
        <ul id="customProfiles" class="rows items"></ul>
      </details>
    </section>
  </div>
  <div class="column aside">
    <section aria-labelledby="faults-title">
      <h2 id="faults-title">Break something</h2>
      <form id="fault-form">
        <p class="sentence">
          <label for="fault-times">The next</label>
          <input id="fault-times" type="number" min="1" max="1000" value="1" required>
          <label for="fault-method">requests with</label>
          <select id="fault-method">
            <option value="">any method</option><option>GET</option><option>POST</option><option>PATCH</option><option>DELETE</option>
          </select>
          <label for="fault-place">to</label>
          <select id="fault-place">
            <option value="">anything</option>
            <option value="api">the API</option>
            <option value="/api/v1/blueprints*">Blueprints</option>
            <option value="/api/v1/library/custom-apps*">apps</option>
            <option value="/api/v1/library/ipa-apps*">in-house apps</option>
            <option value="/api/v1/library/custom-scripts*">scripts</option>
            <option value="/api/v1/library/custom-profiles*">profiles</option>
            <option value="storage">storage</option>
          </select>
        </p>
        <div id="fault-buttons" class="buttons" role="group" aria-label="What goes wrong"></div>
      </form>
      <div id="faults-part" hidden>
        <div class="in-force">
          <h3>In force</h3>
          <button type="button" id="clear">Clear all faults</button>
        </div>
        <ul id="faults" class="faults"></ul>
      </div>
      <p id="fault-problem" class="problem" role="alert" hidden></p>
    </section>
    <section aria-labelledby="requests-title" class="log">
      <h2 id="requests-title">Requests</h2>
      <div id="requests-empty" class="empty" hidden>
        <p>Nobody has asked for anything yet. Say hello, and watch it appear here:</p>
        <pre id="requests-try" tabindex="0"></pre>
      </div>
      <ol id="requests" class="requests" tabindex="-1" aria-label="The last requests, newest first"></ol>
    </section>
  </div>
</main>
<noscript><p class="problem">This page needs JavaScript. The tenant does not.</p></noscript>
</body>
</html>
`
