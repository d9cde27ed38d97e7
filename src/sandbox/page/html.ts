/**
 * The page's skeleton: a section for each place, and in it the lists of the resources. What fills it comes as events: see
 * `script.ts`.
 */
import { pageParts } from "./parts.js"

/** A list that can be folded away. */
const list = ({ id, title }: (typeof pageParts)[number]): string => `      <details id="${id}-part" open hidden>
        <summary>${title} <span id="${id}-count" class="count"></span></summary>
        <ul id="${id}" class="rows items"></ul>
      </details>`

const lists = (place: (typeof pageParts)[number]["place"]): string =>
  pageParts.flatMap((part) => (part.place === place ? [list(part)] : [])).join("\n")

const faultPlaces = pageParts
  .flatMap(({ noun, path }) => (path === undefined ? [] : [`            <option value="${path}*">${noun}</option>`]))
  .join("\n")

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
    <button type="button" id="copy" class="quiet" hidden>Copy URL and token</button>
    <span class="muted">As one line for a shell.</span>
  </p>
  <dl id="quota" class="quota" aria-label="Requests left" hidden>
    <div><dt>This second</dt><dd><progress id="second" aria-label="Requests left this second"></progress><span id="second-text"></span></dd></div>
    <div><dt>This hour</dt><dd><progress id="hour" aria-label="Requests left this hour"></progress><span id="hour-text"></span></dd></div>
  </dl>
</header>
<p id="announcement" class="unseen" role="status"></p>
<main>
  <div class="column">
    <p class="search">
      <label for="search">Search</label>
      <input id="search" type="search" placeholder="A name, an id, a fact" autocomplete="off" spellcheck="false">
      <span id="search-result" class="muted" role="status"></span>
    </p>
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
${lists("library")}
    </section>
    <section id="fleet-section" aria-labelledby="fleet-title" hidden>
      <h2 id="fleet-title">Fleet</h2>
${lists("fleet")}
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
${faultPlaces}
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
      <div class="bar">
        <h2 id="requests-title">Requests</h2>
        <label class="unseen" for="requests-filter">Filter the requests</label>
        <input id="requests-filter" type="search" placeholder="Filter: POST, 404, devices" autocomplete="off" spellcheck="false">
        <button type="button" id="pause" aria-pressed="false">Pause</button>
        <button type="button" id="clear-requests">Clear</button>
      </div>
      <p id="requests-hidden" class="muted" role="status" hidden></p>
      <div id="requests-empty" class="empty" hidden>
        <p>Nobody has asked for anything yet. Say hello, and watch it appear here:</p>
        <pre id="requests-try" tabindex="0"></pre>
      </div>
      <ol id="requests" class="requests" tabindex="-1" aria-label="The last requests, newest first"></ol>
    </section>
  </div>
</main>
<dialog id="record" aria-labelledby="record-name">
  <div class="bar">
    <h2 id="record-name"></h2>
    <button type="button" id="record-delete">Delete</button>
    <button type="button" id="record-close">Close</button>
  </div>
  <dl id="record-fields" class="fields"></dl>
</dialog>
<noscript><p class="problem">This page needs JavaScript. The tenant does not.</p></noscript>
</body>
</html>
`
