/**
 * Installers in your own S3 bucket. Needs `@aws-sdk/client-s3`.
 *
 * @packageDocumentation
 */
export * as S3Installers from "./S3Installers.js"
