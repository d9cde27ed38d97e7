/**
 * The places of the page and their lists. A list reads only the rows that can be seen.
 */

/** A part of the script: see `index.ts`. */
export const lists = /* javascript */ String.raw`
// Each place has an address (#fleet), and so has each record (#devices/<id>).

const tagOf = ({ kind, text }) => tag(text, kind)

// The number of chips before somebody asks for all of them.
const fewChips = 8
const expanded = new Set()

const chipsOf = (id, chips) => {
  const list = make("ul", "chips")
  const fill = () => {
    const isShort = chips.length > fewChips + 1 && !expanded.has(id)
    list.replaceChildren(...(isShort ? chips.slice(0, fewChips) : chips).map(
      ({ kind, name }) => make("li", "", kind ? make("span", "muted", kind + " ") : undefined, name)
    ))
    if (!isShort) return
    const all = make("button", "quiet", "and " + number(chips.length - fewChips) + " more")
    all.type = "button"
    all.addEventListener("click", () => {
      expanded.add(id)
      fill()
    })
    list.append(all)
  }
  fill()
  return list
}

const rowWithChips = ({ chips, facts = [], id, list, name, none, tags = [] }) => make(
  "li", "",
  make("div", "head", nameOf({ id, list, name }), ...tags.map(tagOf), make("div", "facts", ...facts.map(fact))),
  chips.length === 0
    ? make("p", "none", none)
    : chipsOf(id, chips)
)

const row = (item) => item.chips ? rowWithChips(item) : make(
  "li", "",
  nameOf(item),
  make("div", "facts", ...(item.facts ?? []).map(fact)),
  make("span", "tags", ...(item.tags ?? []).map(tagOf))
)


const boxes = [...document.querySelectorAll("[data-list]")]
const placeOf = (list) => boxes.find((box) => box.dataset.list === list)?.dataset.place
const addressed = () => /^#(\w+)(?:\/([^/]+))?$/.exec(location.hash) ?? []

const shownPlace = () => {
  const [, name, id] = addressed()
  const place = id === undefined ? name : placeOf(name)
  return boxes.some((box) => box.dataset.place === place) ? place : "requests"
}

// The number of rows to read beyond the visible ones, so that scrolling shows no gap.
const spare = 20
const most = 300

// A list that reads only its visible rows. A list with chips has rows of different heights, so it reads the newest ones.
const makeList = (box) => {
  const id = box.dataset.list
  const list = box.querySelector("ul")
  const part = byId(id + "-part")
  const isWhole = list.classList.contains("with-chips")
  const height = () => list.querySelector("li:not(.older)")?.offsetHeight || 40
  const state = { count: 0, found: 0, first: 0, end: 0, search: undefined }
  let isBusy = false
  let isLate = false

  const read = async () => {
    const search = typed("search")
    const first = isWhole ? 0 : Math.max(0, Math.floor(box.scrollTop / height()) - spare)
    const limit = isWhole ? most : Math.min(most, Math.ceil(box.clientHeight / height()) + 2 * spare)
    const answer = await fetch("/_sandbox/lists/" + id + "?" + new URLSearchParams({ offset: first, limit, search }))
    if (!answer.ok) return
    const { count, found, rows } = await answer.json()
    Object.assign(state, { count, found, first, end: first + rows.length, search })
    const left = isWhole && found > rows.length
      ? [{ id: "older", older: "and " + number(found - rows.length) + " older " + box.dataset.noun }]
      : []
    part.hidden = count === 0 || (search !== "" && found === 0)
    byId(id + "-count").textContent = search === "" ? number(count) : number(found) + " of " + number(count)
    show(list, [...rows, ...left], (item) => item.older ? make("li", "older", item.older) : row({ ...item, list: id }))
    if (isWhole) return
    list.style.paddingTop = first * height() + "px"
    list.style.paddingBottom = Math.max(0, found - first - rows.length) * height() + "px"
    for (const [place, node] of [...list.children].entries()) {
      node.ariaSetSize = String(found)
      node.ariaPosInSet = String(first + place + 1)
    }
  }

  const load = async () => {
    isLate = true
    if (isBusy) return
    isBusy = true
    try {
      while (isLate) {
        isLate = false
        await read()
      }
      showFound()
    } catch {
      // The sandbox has stopped. The connection shows that, and lists are read again when it is back.
    } finally {
      isBusy = false
    }
  }

  box.addEventListener("scroll", () => {
    const first = Math.floor(box.scrollTop / height())
    const end = Math.min(state.found, first + Math.ceil(box.clientHeight / height()))
    if (!isWhole && (first < state.first || end > state.end)) load()
  })
  return { id, place: box.dataset.place, state, load, toTop: () => { box.scrollTop = 0 } }
}

const lists = boxes.map(makeList)
const listsShown = () => lists.filter(({ place }) => place === shownPlace())

const showFound = () => {
  const own = listsShown()
  if (own.some(({ state }) => state.search !== typed("search"))) return
  const found = own.reduce((sum, { state }) => sum + state.found, 0)
  byId("search-result").textContent = typed("search") === "" ? "" : number(found) + " found"
  const empty = byId(shownPlace() + "-empty")
  if (empty && shownPlace() !== "requests") empty.hidden = own.some(({ state }) => state.count > 0)
}

const loadLists = () => Promise.all(listsShown().map(({ load }) => load()))

const showPlace = () => {
  const place = shownPlace()
  document.body.dataset.place = place
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === "#" + place) link.ariaCurrent = "page"
    else link.ariaCurrent = null
  }
  for (const section of document.querySelectorAll("#places > section")) section.hidden = section.id !== place + "-place"
  loadLists()
}

byId("search").addEventListener("input", () => {
  byId("search-result").textContent = typed("search") === "" ? "" : "Searching"
  for (const { toTop } of listsShown()) toTop()
  loadLists()
})
addEventListener("hashchange", showPlace)
addEventListener("resize", loadLists)
showPlace()
`
