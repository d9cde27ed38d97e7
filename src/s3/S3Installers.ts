/**
 * Copies installers from your own bucket to a tenant, and from a tenant to your bucket. They are streamed: no file is
 * written on the way, and no installer is held in memory.
 */
export { archive, type Archived, type ArchiveOptions } from "./archive.js"
export { Client, layer, type S3Object } from "./Client.js"
export { source, type SourceOptions } from "./source.js"
