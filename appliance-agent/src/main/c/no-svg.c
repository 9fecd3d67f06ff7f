/*
 * Stands for librsvg and gdk-pixbuf in IceWM's process alone. IceWM asks them for one thing, icons drawn as
 * SVG, and pays for it with 2.6 MB a desktop of relocated tables (librsvg, gio, libxml2, ICU, pango), whether
 * or not there is such an icon. Here every SVG is one that cannot be read: IceWM then uses the PNG or XPM.
 * start.sh shows it to the dynamic linker for IceWM only, after a trial that every symbol is found.
 */
#include <stddef.h>

void *rsvg_handle_new_from_data(const unsigned char *data, size_t length, void **error);
int rsvg_handle_close(void *handle, void **error);
void rsvg_handle_get_dimensions(void *handle, void *dimensions);
void *rsvg_handle_get_pixbuf(void *handle);
int gdk_pixbuf_get_has_alpha(const void *pixbuf);
int gdk_pixbuf_get_n_channels(const void *pixbuf);
void *gdk_pixbuf_get_pixels(const void *pixbuf);
int gdk_pixbuf_get_rowstride(const void *pixbuf);
void g_clear_error(void **error);
void g_object_unref(void *object);
void *g_type_check_instance_cast(void *instance, size_t type);

void *rsvg_handle_new_from_data(const unsigned char *data, size_t length, void **error) {
  (void)data, (void)length, (void)error;
  return NULL;
}

int rsvg_handle_close(void *handle, void **error) {
  (void)handle, (void)error;
  return 0;
}

void rsvg_handle_get_dimensions(void *handle, void *dimensions) { (void)handle, (void)dimensions; }

void *rsvg_handle_get_pixbuf(void *handle) {
  (void)handle;
  return NULL;
}

int gdk_pixbuf_get_has_alpha(const void *pixbuf) {
  (void)pixbuf;
  return 0;
}

int gdk_pixbuf_get_n_channels(const void *pixbuf) {
  (void)pixbuf;
  return 0;
}

void *gdk_pixbuf_get_pixels(const void *pixbuf) {
  (void)pixbuf;
  return NULL;
}

int gdk_pixbuf_get_rowstride(const void *pixbuf) {
  (void)pixbuf;
  return 0;
}

void g_clear_error(void **error) { (void)error; }

void g_object_unref(void *object) { (void)object; }

void *g_type_check_instance_cast(void *instance, size_t type) {
  (void)type;
  return instance;
}
