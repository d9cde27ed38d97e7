/**
 * The document of the page: a section for each place with the lists of its resources, and a form for each kind of record
 * that can be made. The script fills it.
 */
import type { PageField, PagePart } from "../tenant/resource.js"
import { pageParts, places } from "./parts.js"

/** A list that can be folded away. */
const list = ({ hasChips, id, noun, place, title }: PagePart): string => `      <details id="${id}-part" open hidden>
        <summary>${title} <span id="${id}-count" class="count"></span></summary>
        <div class="scroll" data-list="${id}" data-place="${place}" data-noun="${noun}" tabindex="0" role="region" aria-label="${title}">
          <ul id="${id}" class="rows ${hasChips === true ? "with-chips" : "items"}"></ul>
        </div>
      </details>`

/** The text of an empty place. */
const hints: Readonly<Record<PagePart["place"], string>> = {
  fleet: "<p>No device yet. Make one here, or start the sandbox with <code>--devices 400</code>.</p>",
  library: `<p>The library is empty. Put a script into it:</p>
        <pre id="library-try" tabindex="0"></pre>
        <p>Or start the sandbox with <code>--seed 42</code> to find it furnished.</p>`,
  blueprints: `<p>No Blueprint yet. Make the first one:</p>
        <pre id="blueprints-try" tabindex="0"></pre>`,
  security:
    "<p>No Mac has a vulnerable app, a threat or a detection. Start the sandbox with <code>--devices 400</code>.</p>",
  audit: "<p>Nothing was written yet. Each write and each read of a secret appears here.</p>"
}

const place = ([id, title]: (typeof places)[number]): string => {
  const parts = pageParts.filter((part) => part.place === id)
  const makers = parts.flatMap(({ form, id }) =>
    form === undefined
      ? []
      : [`        <button type="button" class="changes" data-opens="new-${id}">${form.title}</button>`]
  )
  return `    <section id="${id}-place" aria-labelledby="${id}-title" hidden>
      <div class="bar">
        <h2 id="${id}-title">${title}</h2>
${makers.join("\n")}
      </div>
      <div id="${id}-empty" class="empty" hidden>
        ${hints[id]}
      </div>
${parts.map(list).join("\n")}
    </section>`
}

const field = (list: string, { isLong, label, name, options }: PageField): string => {
  const id = `new-${list}-${name}`
  const input =
    options !== undefined
      ? `<select id="${id}" name="${name}">${options.map((option) => `<option>${option}</option>`).join("")}</select>`
      : isLong === true
        ? `<textarea id="${id}" name="${name}" rows="8" required spellcheck="false"></textarea>`
        : `<input id="${id}" name="${name}" required autocomplete="off">`
  return `    <p class="field"><label for="${id}">${label}</label>${input}</p>`
}

const dialog = ({ form, id }: PagePart): ReadonlyArray<string> =>
  form === undefined
    ? []
    : [
        `<dialog id="new-${id}" aria-labelledby="new-${id}-title">
  <form data-makes="${id}">
    <h2 id="new-${id}-title">${form.title}</h2>
${form.fields.map((one) => field(id, one)).join("\n")}
    <p class="problem" role="alert" hidden></p>
    <div class="bar"><button class="changes">Create</button><button type="button" class="close">Cancel</button></div>
  </form>
</dialog>`
      ]

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
    <button type="button" id="copy" class="quiet changes" hidden>Copy URL and token</button>
    <span class="muted">As one line for a shell.</span>
    <button type="button" class="quiet changes" data-opens="reset">Reset the tenant</button>
  </p>
  <dl id="quota" class="quota" aria-label="Requests left" hidden>
    <div><dt>This second</dt><dd><progress id="second" aria-label="Requests left this second"></progress><span id="second-text"></span></dd></div>
    <div><dt>This hour</dt><dd><progress id="hour" aria-label="Requests left this hour"></progress><span id="hour-text"></span></dd></div>
  </dl>
</header>
<p id="announcement" class="unseen" role="status"></p>
<nav aria-label="Places">
  <a href="#requests">Requests</a>
${places.map(([id, title]) => `  <a href="#${id}">${title}</a>`).join("\n")}
</nav>
<main>
  <div id="places">
    <p class="search">
      <label for="search">Search</label>
      <input id="search" type="search" placeholder="A name, an id, a fact" autocomplete="off" spellcheck="false">
      <span id="search-result" class="muted" role="status"></span>
    </p>
${places.map(place).join("\n")}
  </div>
  <section aria-labelledby="faults-title" class="break">
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
        <button type="button" id="clear" class="changes">Clear all faults</button>
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
      <p>No request yet. Send one, and watch it appear here:</p>
      <pre id="requests-try" tabindex="0"></pre>
    </div>
    <ol id="requests" class="requests" tabindex="-1" aria-label="The last requests, newest first"></ol>
  </section>
</main>
<dialog id="record" aria-labelledby="record-name">
  <div class="bar">
    <h2 id="record-name"></h2>
    <button type="button" id="record-delete" class="changes">Delete</button>
    <button type="button" id="record-close">Close</button>
  </div>
  <dl id="record-fields" class="fields"></dl>
  <div id="record-belongings"></div>
</dialog>
${pageParts.flatMap(dialog).join("\n")}
<dialog id="reset" aria-labelledby="reset-title">
  <h2 id="reset-title">Reset the tenant</h2>
  <p>All records and uploads go back to what the seed made of them. What was made since then is lost.</p>
  <div class="bar"><button type="button" id="reset-do" class="changes">Reset</button><button type="button" class="close">Cancel</button></div>
</dialog>
<noscript><p class="problem">This page needs JavaScript. The tenant does not.</p></noscript>
</body>
</html>
`
