/**
 * What the page does to open a record: the second part of its script.
 */

/** It uses `byId`, `make`, `call` and `say` of the first part. */
export const recordScript = /* javascript */ String.raw`
// A name opens its record. Each record has an address: #customScripts/<id>.
const nameOf = ({ id, name, part }) => {
  if (part === "uploads") return make("span", "name", name)
  const link = make("a", "name", name)
  link.href = "#" + part + "/" + encodeURIComponent(id)
  return link
}

const fieldsOf = (record) => Object.entries(record).flatMap(([key, value]) => {
  if (value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return []
  const isText = typeof value === "string" && value.includes("\n")
  const shown = typeof value === "string" ? value : JSON.stringify(value, null, 2)
  const isLong = isText || (typeof value === "object" && shown.length > 60)
  const body = make(isLong ? "pre" : "span", "", shown)
  if (isLong) body.tabIndex = 0
  return [make("dt", "", key.replaceAll("_", " ")), make("dd", "", body)]
})

const openRecord = async () => {
  const [, part, id] = /^#(\w+)\/([^/]+)$/.exec(location.hash) ?? []
  const dialog = byId("record")
  if (part === undefined) return dialog.close()
  const answer = await fetch("/_sandbox/records/" + part + "/" + id)
  if (!answer.ok) {
    history.replaceState(null, "", location.pathname)
    dialog.close()
    return say("It is not there any more.")
  }
  const record = await answer.json()
  byId("record-name").textContent = record.name ?? record.device_name ?? record.id
  byId("record-fields").replaceChildren(...fieldsOf(record))
  if (!dialog.open) dialog.showModal()
  dialog.scrollTop = 0
}

addEventListener("hashchange", openRecord)
byId("record").addEventListener("close", () => {
  byId("record-name").textContent = ""
  byId("record-fields").replaceChildren()
  if (location.hash.includes("/")) history.replaceState(null, "", location.pathname)
})
byId("record-close").addEventListener("click", () => byId("record").close())
byId("record-delete").addEventListener("click", async () => {
  try {
    await call("DELETE", "/_sandbox/records/" + location.hash.slice(1))
    say("Deleted")
  } catch (error) {
    say("Not deleted: " + error.message)
  }
  byId("record").close()
})
`
