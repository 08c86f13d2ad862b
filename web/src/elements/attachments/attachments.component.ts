import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { formatOctets } from '../../text/format';
import { visibleText } from '../../text/visible';
import { formStyles } from '../form.styles';
import { icon } from '../icon';
import { sharedStyles } from '../shared.styles';
import { shown } from '../text';
import { attachmentsStyles } from './attachments.styles';
import { canBeInline, largestFiles, type PickedFile, readFile, totalOctets } from './files';

/**
 * @summary Files of a message: a list with sizes, where pictures go, and a way to add and remove.
 * @event smtp-files - The list changed; detail is the new list of PickedFile.
 */
export class SmtpAttachments extends LitElement {
  static override styles = [sharedStyles, formStyles, attachmentsStyles];

  @property({ attribute: false }) files: readonly PickedFile[] = [];

  @state() private problem = '';

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const file of this.files) forgetPreview(file);
  }

  override render(): TemplateResult {
    return html`<div class="field ${this.problem ? 'wrong' : ''}" role="group" aria-labelledby="files-label">
      <p class="label" id="files-label">Attachments and pictures</p>
      ${
        this.files.length > 0
          ? html`<ul aria-label="Files">
              ${repeat(
                this.files,
                (file) => file.id,
                (file) => this.renderFile(file),
              )}
            </ul>`
          : nothing
      }
      <label class="button pick"
        >${icon('paperclip')}Add files<input
          class="vh"
          type="file"
          multiple
          aria-describedby="files-note"
          @change=${this.onPick}
      /></label>
      <p id="files-note" class="note" role="status">
        ${
          this.problem
            ? html`${icon('alert')}${this.problem}`
            : html`Or drop files here, or paste a picture.${
                this.files.length > 1 ? ` ${formatOctets(totalOctets(this.files))} in all.` : ''
              }`
        }
      </p>
    </div>`;
  }

  private renderFile(file: PickedFile): TemplateResult {
    return html`<li>
      ${file.preview ? html`<img src=${file.preview} alt="" />` : html`<span class="paper">${icon('paperclip')}</span>`}
      <span class="about"
        ><span class="file-name">${shown(file.fileName)}</span
        ><span class="size">${formatOctets(file.octets.length)}, ${file.mediaType}</span></span
      >
      ${
        canBeInline(file.mediaType)
          ? html`<label class="inline"
              ><span class="vh">${visibleText(file.fileName)} goes </span>
              <select @change=${(event: Event) => this.setInline(file, (event.target as HTMLSelectElement).value === 'inline')}>
                <option value="inline" ?selected=${file.inline}>in the text</option>
                <option value="attach" ?selected=${!file.inline}>attached</option>
              </select></label
            >`
          : nothing
      }
      <button
        type="button"
        class="button square quiet"
        aria-label="Remove ${visibleText(file.fileName)}"
        @click=${() => this.dropFile(file)}
      >
        ${icon('trash')}
      </button>
    </li>`;
  }

  /** Adds files from a chooser, a drop or the clipboard; says at the list what could not be added. */
  async add(files: readonly File[]): Promise<void> {
    this.problem = '';
    for (const file of files) {
      if (totalOctets(this.files) + file.size > largestFiles) {
        this.problem = `${visibleText(file.name)} is too large: all files together may have ${formatOctets(largestFiles)}.`;
        return;
      }
      try {
        this.change([...this.files, await readFile(file)]);
      } catch {
        this.problem = `${visibleText(file.name)} cannot be read. Is it a folder?`;
      }
    }
  }

  private onPick(event: Event): void {
    const input = event.target as HTMLInputElement;
    void this.add([...(input.files ?? [])]);
    input.value = '';
  }

  private dropFile(file: PickedFile): void {
    forgetPreview(file);
    this.problem = '';
    this.change(this.files.filter((other) => other !== file));
    this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('.pick input')?.focus());
  }

  private setInline(file: PickedFile, inline: boolean): void {
    this.change(this.files.map((other) => (other === file ? { ...file, inline } : other)));
  }

  private change(files: readonly PickedFile[]): void {
    this.files = files;
    this.dispatchEvent(new CustomEvent('smtp-files', { detail: files, bubbles: true, composed: true }));
  }
}

function forgetPreview(file: PickedFile): void {
  if (file.preview) URL.revokeObjectURL(file.preview);
}
