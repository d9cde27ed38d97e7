import { InvalidArgumentError } from "commander"

/** Reads a whole number. */
export const wholeNumber =
  (least: number) =>
  (text: string): number => {
    if (!/^\d+$/.test(text) || Number(text) < least) throw new InvalidArgumentError(`It must be a number from ${least}`)
    return Number(text)
  }

/** Reads names with commas between them. A repeated option adds to the list. */
export const namesOf = (text: string, before: ReadonlyArray<string> = []): ReadonlyArray<string> => [
  ...before,
  ...text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "")
]
