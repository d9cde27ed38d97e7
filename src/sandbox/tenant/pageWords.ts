/**
 * How the page shows records.
 */
import type { Listing } from "./collection.js"
import type { PageRow, PageTag } from "./resource.js"

/** Records as rows of the page, the newest first. A row is made when it is shown. */
export const pageRows = <R>(records: Listing<R>, row: (record: R) => PageRow): Listing<PageRow> => ({
  size: records.size,
  slice: (offset, limit) => {
    const end = records.size - offset
    const start = Math.max(0, end - limit)
    return end <= 0
      ? []
      : records
          .slice(start, end - start)
          .map(row)
          .toReversed()
  }
})

/** `install_once` becomes `install once`. */
export const words = (text: string): string => text.replaceAll("_", " ")

/** `1234` becomes `1,234`. */
export const number = (value: number): string => value.toLocaleString("en")

/** `2026-01-30T08:15:59Z` becomes `2026-01-30 08:15`. */
export const minutes = (time: string): string => time.slice(0, 16).replace("T", " ")

/** `1234567` becomes `1.2 MB`. */
export const bytes = (size: number): string => {
  const units = ["B", "kB", "MB", "GB"]
  const unit = Math.min(3, Math.max(0, Math.floor(Math.log10(Math.max(size, 1)) / 3)))
  const value = (size / 1000 ** unit).toLocaleString("en", { maximumFractionDigits: unit === 0 ? 0 : 1 })
  return `${value} ${units[unit]}`
}

/** A tag for inactive items. */
export const activeTags = ({ active }: { readonly active: boolean }): ReadonlyArray<PageTag> =>
  active ? [] : [{ text: "inactive" }]

const platforms = [
  ["runs_on_mac", "Mac"],
  ["runs_on_iphone", "iPhone"],
  ["runs_on_ipad", "iPad"],
  ["runs_on_tv", "Apple TV"],
  ["runs_on_vision", "Vision"]
] as const

/** `for Mac, iPad` */
export const platformsOf = (item: { readonly [K in (typeof platforms)[number][0]]?: boolean | undefined }): string => {
  const runsOn = platforms.flatMap(([key, name]) => (item[key] === true ? [name] : []))
  return runsOn.length === 0 ? "for nothing" : `for ${runsOn.join(", ")}`
}
