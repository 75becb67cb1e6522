import { crc32 } from 'node:zlib';
import yauzl from 'yauzl';
import { CheckpointError } from '../../../core/errors.js';
import { shorten } from './pickle-values.js';

/** Far above what any state dict needs; keeps a made-up central directory from being walked for minutes. */
const MAX_ENTRIES = 100_000;

/** An opened zip archive of `torch.save`. Entry names are relative to its top folder: `data.pkl`, `data/0`. */
export interface TorchArchive {
  readonly fileBytes: number;
  has(name: string): boolean;
  /** Bytes of an entry. @throws CheckpointError when it is missing, over `maxBytes` or damaged. */
  read(name: string, maxBytes: number): Promise<Uint8Array>;
  size(name: string): number;
  close(): void;
}

/**
 * Opens a zip archive written by `torch.save`. Such archives store their entries uncompressed, so what an entry
 * declares can be held against the size of the file before any memory is taken.
 *
 * @throws CheckpointError when the archive is cut short, compressed, encrypted, names an entry twice, declares more
 *   data than the file has, or has no `data.pkl`.
 */
export async function openTorchArchive(path: string): Promise<TorchArchive> {
  const zip = await openZip(path);
  try {
    const entries = await listEntries(zip);
    const folder = topFolder(entries);
    const byName = new Map(entries.map((entry) => [entry.fileName.slice(folder.length), entry]));
    const entryOf = (name: string): yauzl.Entry => {
      const entry = byName.get(name);
      if (entry === undefined)
        throw new CheckpointError(`The checkpoint's archive has no entry ${shorten(folder + name)}.`);
      return entry;
    };
    return {
      fileBytes: zip.fileSize,
      has: (name) => byName.has(name),
      size: (name) => entryOf(name).uncompressedSize,
      read: async (name, maxBytes) => await readEntry(zip, entryOf(name), maxBytes),
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function openZip(path: string): Promise<yauzl.ZipFile> {
  return await new Promise((resolve, reject) => {
    yauzl.open(path, { autoClose: false, lazyEntries: true }, (error, zip) => {
      if (error) reject(damaged(error));
      else resolve(zip);
    });
  });
}

async function listEntries(zip: yauzl.ZipFile): Promise<readonly yauzl.Entry[]> {
  if (zip.entryCount > MAX_ENTRIES) {
    throw new CheckpointError(
      `The checkpoint's archive declares ${zip.entryCount} entries; at most ${MAX_ENTRIES} are read.`,
    );
  }
  const entries: yauzl.Entry[] = [];
  await new Promise<void>((resolve, reject) => {
    zip.on('entry', (entry: yauzl.Entry) => {
      entries.push(entry);
      zip.readEntry();
    });
    zip.on('end', resolve);
    zip.on('error', (error: Error) => reject(damaged(error)));
    zip.readEntry();
  });
  checkEntries(entries, zip.fileSize);
  return entries;
}

function checkEntries(entries: readonly yauzl.Entry[], fileBytes: number): void {
  const names = new Set<string>();
  let declared = 0;
  for (const entry of entries) {
    const name = shorten(entry.fileName);
    if (names.has(entry.fileName)) throw new CheckpointError(`The checkpoint's archive names the entry ${name} twice.`);
    names.add(entry.fileName);
    if (entry.isEncrypted())
      throw new CheckpointError(`Entry ${name} of the checkpoint is encrypted; torch.save never does that.`);
    if (entry.compressionMethod !== 0) {
      throw new CheckpointError(
        `Entry ${name} of the checkpoint is compressed (method ${entry.compressionMethod}); torch.save stores entries ` +
          'as they are. Load and save it again with PyTorch.',
      );
    }
    declared += entry.uncompressedSize;
  }
  if (declared > fileBytes) {
    throw new CheckpointError(
      `The checkpoint's archive declares ${declared} bytes of entries, but the whole file has ${fileBytes}: ` +
        'entries overlap or the file is damaged.',
    );
  }
}

/** The folder, with its slash, that `data.pkl` lies in: torch names it after the file, or `archive`. */
function topFolder(entries: readonly yauzl.Entry[]): string {
  const pickles = entries.filter((entry) => /^(?:[^/]*\/)?data\.pkl$/.test(entry.fileName));
  if (pickles.length !== 1) {
    const names = entries.slice(0, 5).map((entry) => entry.fileName);
    throw new CheckpointError(
      `Expected one <name>/data.pkl in the checkpoint's archive, found ${pickles.length}; ` +
        `its first entries are ${shorten(names.join(', ')) || 'none'}. Is it a file of torch.save?`,
    );
  }
  const folder = pickles[0]!.fileName.slice(0, -'data.pkl'.length);
  if (
    entries.some((entry) => entry.fileName === `${folder}constants.pkl` || entry.fileName.startsWith(`${folder}code/`))
  ) {
    throw new CheckpointError(
      'The file is a TorchScript program, not a state dict. Save the weights with torch.save(model.state_dict(), path).',
    );
  }
  return folder;
}

async function readEntry(zip: yauzl.ZipFile, entry: yauzl.Entry, maxBytes: number): Promise<Uint8Array> {
  const name = shorten(entry.fileName);
  if (entry.uncompressedSize > maxBytes) {
    throw new CheckpointError(
      `Entry ${name} of the checkpoint has ${entry.uncompressedSize} bytes; the limit is ${maxBytes}.`,
    );
  }
  const bytes = new Uint8Array(entry.uncompressedSize);
  const filled = await fillFromEntry(zip, entry, bytes);
  if (filled !== bytes.byteLength) {
    throw new CheckpointError(
      `Entry ${name} of the checkpoint should have ${bytes.byteLength} bytes, but has ${filled}.`,
    );
  }
  // PyTorch writes 0 when it was told not to compute checksums.
  if (entry.crc32 !== 0 && crc32(bytes) !== entry.crc32) {
    throw new CheckpointError(`Entry ${name} of the checkpoint does not match its checksum: the file is damaged.`);
  }
  return bytes;
}

async function fillFromEntry(zip: yauzl.ZipFile, entry: yauzl.Entry, target: Uint8Array): Promise<number> {
  return await new Promise((resolve, reject) => {
    zip.openReadStream(entry, (openError, stream) => {
      if (openError) {
        reject(damaged(openError));
        return;
      }
      let filled = 0;
      stream.on('data', (chunk: Buffer) => {
        if (filled + chunk.byteLength <= target.byteLength) target.set(chunk, filled);
        filled += chunk.byteLength;
      });
      stream.on('end', () => resolve(filled));
      stream.on('error', (error) => reject(damaged(error)));
    });
  });
}

function damaged(cause: Error): CheckpointError {
  return new CheckpointError(
    `The checkpoint's zip archive cannot be read: ${cause.message}. Is the file complete? Compare its size with the original.`,
    { cause },
  );
}
