/*
 * Stands for libGL, GnuTLS and libsystemd in a desktop's X server. It is linked with them, and with the sixteen libraries
 * they want, and pays 1.2 MB a desktop for their tables, but uses none: GLX is off, viewers come by a socket without TLS
 * (the portal has that), and nothing waits for a word that it is ready. So what is named here is never called, except for
 * the two of libsystemd. start.sh takes it after a trial that every symbol is found.
 */
int sd_listen_fds(int unset_environment);
int sd_notify(int unset_environment, const char *state);

int sd_listen_fds(int unset_environment) {
  (void)unset_environment;
  return 0;
}

int sd_notify(int unset_environment, const char *state) {
  (void)unset_environment, (void)state;
  return 0;
}

#define NEVER_CALLED(name) \
  void name(void); \
  void name(void) { __builtin_trap(); }

#define OF_TLS(N) \
  N(gnutls_anon_allocate_server_credentials) N(gnutls_anon_free_server_credentials) N(gnutls_bye) \
  N(gnutls_certificate_allocate_credentials) N(gnutls_certificate_free_credentials) \
  N(gnutls_certificate_set_x509_key_file) N(gnutls_credentials_set) N(gnutls_deinit) N(gnutls_error_is_fatal) \
  N(gnutls_global_deinit) N(gnutls_global_init) N(gnutls_handshake) N(gnutls_init) \
  N(gnutls_priority_set_direct) N(gnutls_record_recv) N(gnutls_record_send) N(gnutls_session_get_desc) \
  N(gnutls_set_default_priority) N(gnutls_set_default_priority_append) N(gnutls_strerror) \
  N(gnutls_transport_get_ptr2) N(gnutls_transport_set_errno) N(gnutls_transport_set_ptr2) \
  N(gnutls_transport_set_pull_function) N(gnutls_transport_set_push_function)

#define OF_GL(N) \
  N(glAccum) N(glActiveTextureARB) N(glAlphaFunc) N(glAreTexturesResident) N(glBegin) N(glBindTexture) \
  N(glBitmap) N(glBlendColor) N(glBlendEquation) N(glBlendFunc) N(glCallList) N(glCallLists) N(glClear) \
  N(glClearAccum) N(glClearColor) N(glClearDepth) N(glClearIndex) N(glClearStencil) N(glClipPlane) \
  N(glColor3bv) N(glColor3dv) N(glColor3fv) N(glColor3iv) N(glColor3sv) N(glColor3ubv) N(glColor3uiv) \
  N(glColor3usv) N(glColor4bv) N(glColor4dv) N(glColor4fv) N(glColor4iv) N(glColor4sv) N(glColor4ubv) \
  N(glColor4uiv) N(glColor4usv) N(glColorMask) N(glColorMaterial) N(glColorPointer) N(glColorSubTable) \
  N(glColorTable) N(glColorTableParameterfv) N(glColorTableParameteriv) N(glConvolutionFilter1D) \
  N(glConvolutionFilter2D) N(glConvolutionParameterf) N(glConvolutionParameterfv) N(glConvolutionParameteri) \
  N(glConvolutionParameteriv) N(glCopyColorSubTable) N(glCopyColorTable) N(glCopyConvolutionFilter1D) \
  N(glCopyConvolutionFilter2D) N(glCopyPixels) N(glCopyTexImage1D) N(glCopyTexImage2D) N(glCopyTexSubImage1D) \
  N(glCopyTexSubImage2D) N(glCopyTexSubImage3D) N(glCullFace) N(glDeleteLists) N(glDeleteTextures) \
  N(glDepthFunc) N(glDepthMask) N(glDepthRange) N(glDisable) N(glDisableClientState) N(glDrawArrays) \
  N(glDrawBuffer) N(glDrawPixels) N(glEdgeFlagPointer) N(glEdgeFlagv) N(glEnable) N(glEnableClientState) \
  N(glEnd) N(glEndList) N(glEvalCoord1dv) N(glEvalCoord1fv) N(glEvalCoord2dv) N(glEvalCoord2fv) N(glEvalMesh1) \
  N(glEvalMesh2) N(glEvalPoint1) N(glEvalPoint2) N(glFeedbackBuffer) N(glFinish) N(glFlush) N(glFogf) \
  N(glFogfv) N(glFogi) N(glFogiv) N(glFrontFace) N(glFrustum) N(glGenLists) N(glGenTextures) N(glGetBooleanv) \
  N(glGetClipPlane) N(glGetColorTable) N(glGetColorTableParameterfv) N(glGetColorTableParameteriv) \
  N(glGetConvolutionFilter) N(glGetConvolutionParameterfv) N(glGetConvolutionParameteriv) N(glGetDoublev) \
  N(glGetError) N(glGetFloatv) N(glGetHistogram) N(glGetHistogramParameterfv) N(glGetHistogramParameteriv) \
  N(glGetIntegerv) N(glGetLightfv) N(glGetLightiv) N(glGetMapdv) N(glGetMapfv) N(glGetMapiv) \
  N(glGetMaterialfv) N(glGetMaterialiv) N(glGetMinmax) N(glGetMinmaxParameterfv) N(glGetMinmaxParameteriv) \
  N(glGetPixelMapfv) N(glGetPixelMapuiv) N(glGetPixelMapusv) N(glGetPolygonStipple) N(glGetSeparableFilter) \
  N(glGetString) N(glGetTexEnvfv) N(glGetTexEnviv) N(glGetTexGendv) N(glGetTexGenfv) N(glGetTexGeniv) \
  N(glGetTexImage) N(glGetTexLevelParameterfv) N(glGetTexLevelParameteriv) N(glGetTexParameterfv) \
  N(glGetTexParameteriv) N(glHint) N(glHistogram) N(glIndexMask) N(glIndexPointer) N(glIndexdv) N(glIndexfv) \
  N(glIndexiv) N(glIndexsv) N(glIndexubv) N(glInitNames) N(glIsEnabled) N(glIsList) N(glIsTexture) \
  N(glLightModelf) N(glLightModelfv) N(glLightModeli) N(glLightModeliv) N(glLightf) N(glLightfv) N(glLighti) \
  N(glLightiv) N(glLineStipple) N(glLineWidth) N(glListBase) N(glLoadIdentity) N(glLoadMatrixd) \
  N(glLoadMatrixf) N(glLoadName) N(glLogicOp) N(glMap1d) N(glMap1f) N(glMap2d) N(glMap2f) N(glMapGrid1d) \
  N(glMapGrid1f) N(glMapGrid2d) N(glMapGrid2f) N(glMaterialf) N(glMaterialfv) N(glMateriali) N(glMaterialiv) \
  N(glMatrixMode) N(glMinmax) N(glMultMatrixd) N(glMultMatrixf) N(glMultiTexCoord1dvARB) \
  N(glMultiTexCoord1fvARB) N(glMultiTexCoord1ivARB) N(glMultiTexCoord1svARB) N(glMultiTexCoord2dvARB) \
  N(glMultiTexCoord2fvARB) N(glMultiTexCoord2ivARB) N(glMultiTexCoord2svARB) N(glMultiTexCoord3dvARB) \
  N(glMultiTexCoord3fvARB) N(glMultiTexCoord3ivARB) N(glMultiTexCoord3svARB) N(glMultiTexCoord4dvARB) \
  N(glMultiTexCoord4fvARB) N(glMultiTexCoord4ivARB) N(glMultiTexCoord4svARB) N(glNewList) N(glNormal3bv) \
  N(glNormal3dv) N(glNormal3fv) N(glNormal3iv) N(glNormal3sv) N(glNormalPointer) N(glOrtho) N(glPassThrough) \
  N(glPixelMapfv) N(glPixelMapuiv) N(glPixelMapusv) N(glPixelStoref) N(glPixelStorei) N(glPixelTransferf) \
  N(glPixelTransferi) N(glPixelZoom) N(glPointSize) N(glPolygonMode) N(glPolygonOffset) N(glPolygonStipple) \
  N(glPopAttrib) N(glPopMatrix) N(glPopName) N(glPrioritizeTextures) N(glPushAttrib) N(glPushMatrix) \
  N(glPushName) N(glRasterPos2dv) N(glRasterPos2fv) N(glRasterPos2iv) N(glRasterPos2sv) N(glRasterPos3dv) \
  N(glRasterPos3fv) N(glRasterPos3iv) N(glRasterPos3sv) N(glRasterPos4dv) N(glRasterPos4fv) N(glRasterPos4iv) \
  N(glRasterPos4sv) N(glReadBuffer) N(glReadPixels) N(glRectdv) N(glRectfv) N(glRectiv) N(glRectsv) \
  N(glRenderMode) N(glResetHistogram) N(glResetMinmax) N(glRotated) N(glRotatef) N(glScaled) N(glScalef) \
  N(glScissor) N(glSelectBuffer) N(glSeparableFilter2D) N(glShadeModel) N(glStencilFunc) N(glStencilMask) \
  N(glStencilOp) N(glTexCoord1dv) N(glTexCoord1fv) N(glTexCoord1iv) N(glTexCoord1sv) N(glTexCoord2dv) \
  N(glTexCoord2fv) N(glTexCoord2iv) N(glTexCoord2sv) N(glTexCoord3dv) N(glTexCoord3fv) N(glTexCoord3iv) \
  N(glTexCoord3sv) N(glTexCoord4dv) N(glTexCoord4fv) N(glTexCoord4iv) N(glTexCoord4sv) N(glTexCoordPointer) \
  N(glTexEnvf) N(glTexEnvfv) N(glTexEnvi) N(glTexEnviv) N(glTexGend) N(glTexGendv) N(glTexGenf) N(glTexGenfv) \
  N(glTexGeni) N(glTexGeniv) N(glTexImage1D) N(glTexImage2D) N(glTexImage3D) N(glTexParameterf) \
  N(glTexParameterfv) N(glTexParameteri) N(glTexParameteriv) N(glTexSubImage1D) N(glTexSubImage2D) \
  N(glTexSubImage3D) N(glTranslated) N(glTranslatef) N(glVertex2dv) N(glVertex2fv) N(glVertex2iv) \
  N(glVertex2sv) N(glVertex3dv) N(glVertex3fv) N(glVertex3iv) N(glVertex3sv) N(glVertex4dv) N(glVertex4fv) \
  N(glVertex4iv) N(glVertex4sv) N(glVertexPointer) N(glViewport) N(glXGetProcAddressARB)

OF_TLS(NEVER_CALLED)
OF_GL(NEVER_CALLED)
