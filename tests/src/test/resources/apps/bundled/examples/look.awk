BEGIN {
  split("/usr/bin/mawk /usr/bin/perl /usr/bin/env", files, " ");
  for (i = 1; i <= 3; i++) print files[i], ((getline line < files[i]) >= 0 ? "there" : "absent") > "seen.txt";
}
