/** Who is logged in decides what is shown: the entry pages, or the frame with the pages in it. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, type ReactElement } from "react";
import { Navigate, Route, Routes, useLocation } from "react-router";
import { whenSignedOut } from "../api/client";
import { keys, sessionQuery } from "../api/queries";
import type { Session } from "../api/types";
import { isLeaving } from "./leaving";
import { LoginPage } from "../pages/entry/LoginPage";
import { ConfirmDialog } from "../ui/confirm";
import { ErrorBox, Loading } from "../ui/states";
import { Toasts } from "../ui/toasts";

const SetupPage = lazy(() => import("../pages/entry/SetupPage"));
const RegisterPage = lazy(() => import("../pages/entry/RegisterPage"));
const JoinPage = lazy(() => import("../pages/entry/JoinPage"));
const LinkPage = lazy(() => import("../pages/link/LinkPage"));
const Frame = lazy(() => import("./Frame"));

export function Program(): ReactElement {
  const client = useQueryClient();
  const session = useQuery(sessionQuery);
  useEffect(() => {
    whenSignedOut(() => {
      client.setQueryData<Session>(keys.session, (before) => (before === undefined ? before : { ...before, user: null }));
      void client.invalidateQueries({ queryKey: keys.session }); // a fresh CSRF token for the login form
    });
  }, [client]);
  if (session.data === undefined) {
    return (
      <main style={{ maxWidth: 480, margin: "15vh auto", padding: 16 }}>
        {session.isError ? <ErrorBox error={session.error} retry={() => void session.refetch()} /> : <Loading />}
      </main>
    );
  }
  return (
    <>
      <Suspense fallback={null}>
        <Routes>
          <Route path="/setup" element={<SetupPage session={session.data} />} />
          <Route path="/register" element={<RegisterPage session={session.data} />} />
          <Route path="/login" element={<LoginPage session={session.data} />} />
          <Route path="/join" element={<JoinPage />} />
          <Route path="/link" element={<LinkPage />} />
          <Route path="*" element={<Inside session={session.data} />} />
        </Routes>
      </Suspense>
      <ConfirmDialog />
      <Toasts />
    </>
  );
}

function Inside({ session }: { session: Session }): ReactElement {
  const at = useLocation();
  if (session.user === null) {
    const next = at.pathname + at.search;
    return <Navigate to={next === "/" || isLeaving() ? "/login" : `/login?next=${encodeURIComponent(next)}`} replace />;
  }
  return <Frame user={session.user} portal={session.portal} />;
}
