/**
 * The official images that this version was made for. Dragonfly's digest was found published for this very tag in
 * several independent public repositories; the others could not be compared so: check each before you rely on it, with
 * `docker buildx imagetools inspect IMAGE:TAG`.
 */
export const images = {
  dragonfly:
    "docker.dragonflydb.io/dragonflydb/dragonfly:v1.39.0" +
    "@sha256:0fa01a2b929e704c7a9300d23e7f52002ebd39e90996fb8bb63826aed92fa06f",
  haproxy:
    "docker.io/library/haproxy:3.2.22-alpine3.24" +
    "@sha256:79799e8b2977e60802774fa53d29e6b54e045402cdd8a8b9fe43923e7095a047",
  node: "docker.io/library/node:20.20.2-slim@sha256:2cf067cfed83d5ea958367df9f966191a942351a2df77d6f0193e162b5febfc0",
} as const;
