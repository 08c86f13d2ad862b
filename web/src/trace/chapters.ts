import type { Chapter, TraceEntry } from '../core/types';

export const chapterNames: Record<Chapter, string> = {
  resolve: 'Resolve',
  connect: 'Connect',
  secure: 'Secure',
  greet: 'Greet',
  login: 'Log in',
  envelope: 'Envelope',
  message: 'Message',
  done: 'Done',
};

export interface ChapterMark {
  chapter: Chapter;
  name: string;
  /** Index of the first entry of this visit to the chapter. */
  first: number;
  end: number;
  /** What ended the session, or kept it from delivering, happened in it. */
  failed: boolean;
}

/** Chapters in the order in which the session reached them first; later visits join the first. */
export function chapterMarks(entries: readonly TraceEntry[]): ChapterMark[] {
  const marks = new Map<Chapter, ChapterMark>();
  entries.forEach((entry, index) => {
    const mark = marks.get(entry.chapter);
    if (mark) mark.end = index + 1;
    else
      marks.set(entry.chapter, {
        chapter: entry.chapter,
        name: chapterNames[entry.chapter],
        first: index,
        end: index + 1,
        failed: false,
      });
  });
  const evidence = entries.findLast((entry) => entry.kind === 'diagnosis')?.data['evidence'];
  const seqs = Array.isArray(evidence) ? evidence : [];
  const cause = entries.findLast((entry) => entry.chapter !== 'done' && seqs.includes(entry.seq));
  const mark = cause && marks.get(cause.chapter);
  if (mark) mark.failed = true;
  return [...marks.values()];
}
