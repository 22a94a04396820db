#![no_main]

mdbook_plumb_fuzz::structured!(mdbook_plumb_fuzz::mutate::formula, mdbook_plumb_fuzz::formula);
