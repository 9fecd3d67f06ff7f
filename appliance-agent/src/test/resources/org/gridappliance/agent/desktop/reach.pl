# What a program reaches: reach.pl PATH... Prints one line for each path that it could open, list,
# change or connect to ("reached PATH"), and for each X display that let it in ("display KIND NUMBER
# WIDTHxHEIGHT"), on the socket file, the abstract socket and TCP; at the end "done".
use strict;
use Socket;
$SIG{PIPE} = 'IGNORE';
alarm 60;

for my $path (@ARGV) {
  my ($handle, $socket);
  my $found = -e $path;
  $found ||= open($handle, '<', $path) || opendir($handle, $path) || open($handle, '>>', "$path/mine");
  socket($socket, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
  $found ||= connect($socket, pack_sockaddr_un($path));
  print "reached $path\n" if $found;
}

my $cookie = '';
if (open(my $file, '<', $ENV{XAUTHORITY} || '/nothing')) {
  local $/;
  $cookie = substr(<$file>, -16);
}

sub display {
  my ($kind, $number, $family, $address) = @_;
  socket(my $x, $family, SOCK_STREAM, 0) or return;
  connect($x, $address) or return;
  my $name = $cookie eq '' ? '' : 'MIT-MAGIC-COOKIE-1';
  syswrite($x, pack('a1 x v v v v v', 'l', 11, 0, length $name, length $cookie, 0)
    . $name . "\0" x (-length($name) % 4) . $cookie) or return;
  my $reply = '';
  while (sysread($x, $reply, 65536, length $reply)) {
    last if length($reply) >= 8 && length($reply) >= 8 + 4 * unpack('x6 v', $reply);
  }
  return if length($reply) < 40 || unpack('C', $reply) != 1; # refused
  my ($vendor, $formats) = unpack('x24 v x3 C', $reply);
  my $screen = 40 + $vendor + -$vendor % 4 + 8 * $formats;
  printf "display %s %d %dx%d\n", $kind, $number, unpack("x$screen x20 v v", $reply);
}

for my $number (0 .. 99) {
  my $path = "/tmp/.X11-unix/X$number";
  display('file', $number, AF_UNIX, pack_sockaddr_un($path));
  display('abstract', $number, AF_UNIX, pack('S a*', AF_UNIX, "\0$path"));
  display('tcp', $number, AF_INET, pack_sockaddr_in(6000 + $number, INADDR_LOOPBACK));
}
print "done\n";
