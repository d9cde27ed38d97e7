/**
 * Files that are never installers, whatever their names are: what a checkout or a download left in place of one.
 */

/** So much of the beginning tells. */
export const headSize = 1024

/** Why bytes that begin so cannot be an installer, if they cannot. */
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

/** The text that bytes begin with. */
const textOf = (head: Uint8Array): string => {
  const encoding =
    head[0] === 0xff && head[1] === 0xfe ? "utf-16le" : head[0] === 0xfe && head[1] === 0xff ? "utf-16be" : "utf-8"
  return new TextDecoder(encoding).decode(head.subarray(0, headSize)).trimStart()
}
