#![no_main]

mdbook_plumb_fuzz::structured!(mdbook_plumb_fuzz::mutate::page, mdbook_plumb_fuzz::page);
