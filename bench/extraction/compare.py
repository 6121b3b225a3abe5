#!/usr/bin/env python3
"""Scores extractors beside each other: compare.py NEWSMILL FOLDER [DOM_SMOOTHIE]

FOLDER holds sets: SET/pages.jsonl (id, file), SET/truth.jsonl (id, text), and
the pages, plain or gzip. Text is scored by words in runs of four, as multisets,
precision and recall averaged over pages; each character of Chinese, Japanese
and Thai is a word. CPU time is this thread's, per page. Peers that are not
installed are left out: trafilatura, resiliparse, turbohtml and readability-lxml
from PyPI. DOM_SMOOTHIE is the program built from bench/extraction/dom_smoothie.
"""
import collections, gzip, io, json, os, re, subprocess, sys, tempfile, time

WORD = re.compile(
    '[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]'
    '|[^\\W\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+')


def shingles(text):
    words = WORD.findall(text or '')
    if len(words) < 4:
        return collections.Counter([tuple(words)] if words else [])
    return collections.Counter(zip(*(words[k:] for k in range(4))))


def score(truths, texts):
    precisions, recalls = [], []
    for truth, text in zip(truths, texts):
        want, got = shingles(truth), shingles(text)
        hit = sum((want & got).values())
        if got:
            precisions.append(hit / sum(got.values()))
        if want:
            recalls.append(hit / sum(want.values()))
    p = sum(precisions) / max(len(precisions), 1)
    r = sum(recalls) / max(len(recalls), 1)
    return 2 * p * r / (p + r) if p + r else 0.0


def peers():
    found = {}
    try:
        import trafilatura
        found['trafilatura'] = lambda html: trafilatura.extract(
            html, include_comments=False) or ''
    except ImportError:
        pass
    try:
        from resiliparse.extract.html2text import extract_plain_text
        found['resiliparse'] = lambda html: extract_plain_text(
            html.decode('utf-8', 'replace'), main_content=True)
    except ImportError:
        pass
    try:
        import turbohtml
        found['turbohtml'] = lambda html: turbohtml.parse(html).article().text or ''
    except ImportError:
        pass
    try:
        import lxml.html
        from readability import Document

        def readability(html):
            summary = Document(html.decode('utf-8', 'replace')).summary()
            return lxml.html.fromstring(summary).text_content()
        found['readability-lxml'] = readability
    except ImportError:
        pass
    return found


def read_set(folder):
    pages = [json.loads(line) for line in open(f'{folder}/pages.jsonl')]
    truth = {}
    for line in open(f'{folder}/truth.jsonl'):
        entry = json.loads(line)
        truth[entry['id']] = entry.get('text')
    for page in pages:
        path = os.path.join(folder, page['file'])
        data = open(path, 'rb').read()
        page['html'] = gzip.decompress(data) if data[:2] == b'\x1f\x8b' else data
    return pages, [truth.get(page['id']) for page in pages]


def run_ours(newsmill, folder):
    with tempfile.NamedTemporaryFile(suffix='.jsonl') as out:
        subprocess.run([newsmill, 'extract', '--no-rules', '--threads', '1',
                        '--pages', f'{folder}/pages.jsonl', '--out', out.name],
                       check=True, stderr=subprocess.DEVNULL)
        lines = [json.loads(line) for line in open(out.name)]
    return ([line['text'] for line in lines], [line['cpu_ms'] for line in lines])


def run_peer(extract, pages):
    texts, times = [], []
    for page in pages:
        began = time.thread_time()
        try:
            text = extract(page['html'])
        except Exception:  # a peer that fails gives no text
            text = ''
        times.append((time.thread_time() - began) * 1e3)
        texts.append(text)
    return texts, times


def run_dom_smoothie(program, pages):
    """A process of its own, which counts its thread's CPU time itself."""
    sent = b''.join(b'%d\n%s' % (len(page['html']), page['html']) for page in pages)
    done = subprocess.run([program], input=sent, stdout=subprocess.PIPE, check=True)
    answers, texts, times = io.BytesIO(done.stdout), [], []
    for _ in pages:
        took, length = answers.readline().split()
        texts.append(answers.read(int(length)).decode('utf-8', 'replace'))
        times.append(float(took))
    return texts, times


def line(name, truths, texts, times, ours):
    labelled = [(t, x) for t, x in zip(truths, texts) if t]
    f1 = score(*zip(*labelled)) if labelled else float('nan')
    ordered = sorted(times)
    mean = sum(times) / len(times)
    print(f'  {name:<18} F1 {f1:.3f}   CPU per page: mean {mean:8.2f} ms   '
          f'p99 {ordered[len(ordered) * 99 // 100]:8.2f}   '
          f'{mean / ours:6.1f} x ours')
    return mean


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    newsmill, top = sys.argv[1:3]
    dom_smoothie = sys.argv[3] if len(sys.argv) == 4 else None
    for name in sorted(os.listdir(top)):
        folder = os.path.join(top, name)
        if not os.path.isfile(f'{folder}/truth.jsonl'):
            continue
        pages, truths = read_set(folder)
        print(f'{name}: {len(pages)} pages')
        texts, times = run_ours(newsmill, folder)
        ours = line('newsmill', truths, texts, times, sum(times) / len(times))
        for peer, extract in peers().items():
            line(peer, truths, *run_peer(extract, pages), ours)
        if dom_smoothie:
            line('dom_smoothie', truths,
                 *run_dom_smoothie(dom_smoothie, pages), ours)


if __name__ == '__main__':
    main()
