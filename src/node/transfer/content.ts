/**
 * Recognizes files that only have the name of an installer: a checkout or a download saved something else under it.
 */

/** How many bytes at the beginning of a file are checked. */
export const headSize = 1024

/** The reason why a file that begins with these bytes is not an installer, or `undefined` if it may be one. */
export const contentProblem = (name: string, head: Uint8Array): string | undefined => {
  const text = textOf(head)
  if (/^version https:\/\/(?:git-lfs|hawser)\.github\.com\/spec\//.test(text))
    return `${name} is a Git LFS pointer, not the file that it stands for. Run "git lfs pull" where it was checked out.`
  if (!/^(?:<!doctype|<html|<head|<body|<script|<!--|<\?xml|<error)[\s>]/i.test(text)) return undefined
  const title = /<(title|h1|code)[^>]*>\s*([^<]{1,80}?)\s*<\/\1>/i.exec(text)?.[2]
  const what = /<html|<!doctype html|<head|<body/i.test(text) ? "an HTML page" : "a document of markup"
  return (
    `${name} is ${what}${title === undefined ? "" : ` ("${title}")`}, not an installer. ` +
    "A page that asks to sign in, or tells of an error, may have been saved under this name: download it again."
  )
}

/** The beginning of the bytes, as text. */
const textOf = (head: Uint8Array): string => {
  const encoding =
    head[0] === 0xff && head[1] === 0xfe ? "utf-16le" : head[0] === 0xfe && head[1] === 0xff ? "utf-16be" : "utf-8"
  return new TextDecoder(encoding).decode(head.subarray(0, headSize)).trimStart()
}
