//! Makes the filter of common passwords that ships with the program: a list on the standard input, a password a line, becomes the file
//! named on the command line. docs/passwords.md says which lists.

use std::fs::File;
use std::io::{BufWriter, Read as _, Write as _};

use gatehouse_keys::password::Filter;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("the file to write is missing")?;
    let mut list = Vec::new();
    std::io::stdin().read_to_end(&mut list)?;
    let filter = Filter::read(|| Ok(list.as_slice()))?;
    let mut file = BufWriter::new(File::create(path)?);
    filter.write(&mut file)?;
    file.flush()?;
    Ok(())
}
