#![no_main]

mdbook_plumb_fuzz::structured!(mdbook_plumb_fuzz::mutate::yaml, mdbook_plumb_fuzz::yaml);
