/** The core refused a call: why, in a stable code and in words. */
export class CoreError extends Error {
  override readonly name = 'CoreError';
  readonly code: string;

  constructor(code: string, detail: string) {
    super(detail || code);
    this.code = code;
  }
}
