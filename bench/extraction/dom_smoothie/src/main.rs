// dom_smoothie beside the others: pages on stdin, texts on stdout.
//
// A page is a line with its length in bytes, then its bytes; an answer is a line
// with the CPU time of this thread in milliseconds and the length of the text,
// then the text. A page without an article has none.

use std::io::{self, BufRead, Read, Write};

use dom_smoothie::Readability;

fn thread_ms() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` outlives the call, which writes nothing else.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

fn text_of(page: &[u8]) -> String {
    let html = String::from_utf8_lossy(page);
    Readability::new(html.as_ref(), None, None)
        .and_then(|mut readability| readability.parse())
        .map(|article| article.text_content.to_string())
        .unwrap_or_default()
}

fn main() -> io::Result<()> {
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    let mut line = String::new();
    while input.read_line(&mut line)? > 0 {
        let length = line
            .trim()
            .parse()
            .map_err(|_| io::Error::other("a line with a length is expected"))?;
        line.clear();
        let mut page = vec![0; length];
        input.read_exact(&mut page)?;
        let began = thread_ms();
        let text = text_of(&page);
        let took = thread_ms() - began;
        writeln!(output, "{took:.3} {}", text.len())?;
        output.write_all(text.as_bytes())?;
    }
    Ok(())
}
