/** What a request came to, when it did not succeed. Beside the server's codes there are "closed" and "timeout". */
export class LiveError extends Error {
  /**
   * @param {string} code  stable, for programs
   * @param {{ retry?: boolean, after?: number | null, msg?: string, [field: string]: any }} about  after: ms
   */
  constructor(code, about = {}) {
    super(about.msg || code);
    this.code = code;
    this.retry = Boolean(about.retry);
    this.after = about.after ?? null;
    this.about = about;
  }
}
