#![no_main]

mdbook_plumb_fuzz::structured!(mdbook_plumb_fuzz::mutate::cel, mdbook_plumb_fuzz::cel);
