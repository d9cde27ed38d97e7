/**
 * Functions for all parts of the script: elements, lists that change in place, calls to the sandbox.
 */

/** A part of the script: see `index.ts`. */
export const base = /* javascript */ String.raw`
const byId = (id) => document.getElementById(id)

const make = (tag, className, ...children) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  node.append(...children.filter((child) => child !== undefined))
  return node
}

// Updates a list to show these items. Nodes of unchanged items stay, so focus and scroll position stay too.
const show = (list, items, render, versionOf = JSON.stringify) => {
  const before = new Map([...list.children].map((node) => [node.dataset.key, node]))
  let place = list.firstElementChild
  for (const item of items) {
    const key = String(item.id)
    const version = versionOf(item)
    let node = before.get(key)
    before.delete(key)
    if (node === undefined || node.version !== version) {
      const fresh = render(item)
      fresh.dataset.key = key
      fresh.version = version
      if (node !== undefined) {
        const focused = node.contains(document.activeElement)
        if (place === node) place = fresh
        node.replaceWith(fresh)
        if (focused) fresh.querySelector("button")?.focus()
      }
      node = fresh
    }
    if (node === place) place = place.nextElementSibling
    else list.insertBefore(node, place)
  }
  for (const node of before.values()) node.remove()
}

const number = (value) => value.toLocaleString("en")
const sum = (sha256) => {
  const code = make("code", "", "sha256 " + sha256.slice(0, 16) + "…")
  code.title = sha256
  return code
}
const fact = (value) => typeof value === "string" ? make("span", "", value) : sum(value.sha256)
const tag = (text, kind) => make("span", "tag " + (kind ?? ""), text)

const say = (text) => {
  byId("announcement").textContent = text
}

const call = async (method, path, body) => {
  const answer = await fetch(path, {
    method, headers: { "content-type": "application/json" }, ...body && { body: JSON.stringify(body) }
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(text)
  return text
}

// Whether all words of a filter are in the values.
const wordsOf = (value) =>
  typeof value === "object" && value !== null ? Object.values(value).map(wordsOf).join(" ") : String(value ?? "")
const finds = (text, value) => text.split(/\s+/).every((word) => wordsOf(value).toLowerCase().includes(word))
const typed = (id) => byId(id).value.trim().toLowerCase()
`
