import { describe, expect, it } from "vitest"
import { signRequest } from "../../src/sandbox/storage/sigv4.js"

describe("signatures", () => {
  it("the example in the documentation of Amazon S3 has the documented signature", () => {
    const signature = signRequest(
      {
        accessKeyId: "AKIAIOSFODNN7EXAMPLE",
        secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        sessionToken: "",
        region: "us-east-1"
      },
      {
        method: "GET",
        path: "/test.txt",
        query: [
          ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
          ["X-Amz-Credential", "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"],
          ["X-Amz-Date", "20130524T000000Z"],
          ["X-Amz-Expires", "86400"],
          ["X-Amz-SignedHeaders", "host"]
        ],
        headers: [["host", "examplebucket.s3.amazonaws.com"]],
        date: "20130524T000000Z"
      }
    )
    expect(signature).toBe("aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
  })
})
