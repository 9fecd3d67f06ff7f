use List::Util; open F, ">", "seen.txt"; print F "x";
