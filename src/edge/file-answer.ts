import type { Delivery } from './answers.ts'
import { FileBody, type FileTaker } from './file-body.ts'
import { type FileHead, fileHead, fileHeadText } from './file-head.ts'
import { type FilesFound, type FilesWish, findFile } from './files.ts'
import type { RequestHead } from './request-head.ts'
import type { Visitor } from './visitor.ts'

export interface FileUser {
  /** The first byte is about to go out; the digest is that of the release the file belongs to. */
  onFileBegun(digest: string): void
  onFileEnd(): void
  onFileLost(error: unknown): void
  onNoFile(): void
  /** The path is that of a folder with a page in it. */
  onFolder(): void
}

export interface FileParts {
  readonly request: RequestHead
  readonly visitor: Visitor
  readonly delivery: Delivery
  readonly isPrivate: boolean
  readonly user: FileUser
}

/** One request answered with a file, if there is one. */
export class FileAnswer implements FileTaker {
  readonly #parts: FileParts
  #body: FileBody | null = null
  #isOver = false

  constructor(parts: FileParts) {
    this.#parts = parts
  }

  begin(wish: FilesWish): void {
    findFile(wish, this.#parts.delivery.now)
      .then((found) => this.#onFound(found, wish))
      .catch((error: unknown) => this.fail(error))
  }

  pump(): void {
    this.#body?.pump()
  }

  /** Nobody waits for it any more. */
  close(): void {
    this.#isOver = true
    this.#body?.close()
  }

  take(bytes: Buffer): boolean {
    return this.#parts.visitor.write(bytes)
  }

  end(): void {
    if (!this.#isOver) this.#parts.user.onFileEnd()
  }

  fail(error: unknown): void {
    this.#parts.user.onFileLost(error)
  }

  #onFound(found: FilesFound, wish: FilesWish): void {
    const { user } = this.#parts
    if (found.kind === 'nothing' || found.kind === 'folder') {
      if (this.#isOver) return
      if (found.kind === 'folder') user.onFolder()
      else user.onNoFile()
      return
    }
    if (this.#isOver)
      found.file.close().catch(() => {}) // Only read from: nothing can be lost.
    else this.#send(found, wish)
  }

  #send({ file, folder, name }: Extract<FilesFound, { kind: 'file' }>, { files }: FilesWish): void {
    const { request, delivery, isPrivate, user } = this.#parts
    const { size, modifiedMs } = file
    const head = fileHead({ name, size, modifiedMs, tag: folder.tag, maxAgeS: files.maxAgeS, isPrivate }, request)
    user.onFileBegun(folder.digest)
    this.#body = new FileBody(file, delivery.isHead ? { from: 0, length: 0 } : head, this)
    this.#write(head)
  }

  #write(head: FileHead): void {
    this.#parts.visitor.write(fileHeadText(head, this.#parts.delivery))
    this.#body?.pump()
  }
}
