// Discord's "Apps" menu on a message, which the preview lacks: right click (or Shift+F10) opens it.
const headers = () => ({
  "X-Simcord-Capability": location.hash.slice(1),
  "X-Simcord-Context": window.simcordPreview.contextId,
  "Content-Type": "application/json",
});
let menu = null;

function closeMenu() {
  menu?.remove();
  menu = null;
}

function entry(name, messageId) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "command-suggestion";
  button.setAttribute("role", "menuitem");
  button.textContent = name;
  button.onclick = async () => {
    closeMenu();
    await fetch("/apps", { method: "POST", headers: headers(), body: JSON.stringify({ name, message: messageId }) });
  };
  return button;
}

document.addEventListener("click", (event) => {
  if (!menu?.contains(event.target)) closeMenu();
}, true);

document.addEventListener("contextmenu", async (event) => {
  const message = event.target.closest("article.channel-message");
  if (!message) return;
  event.preventDefault();
  closeMenu();
  const names = await (await fetch("/apps", { headers: headers() })).json();
  menu = document.createElement("div");
  menu.id = "apps-menu";
  menu.className = "command-popup";
  menu.setAttribute("role", "menu");
  Object.assign(menu.style, {
    position: "fixed",
    left: `${Math.min(event.clientX, innerWidth - 240)}px`,
    top: `${Math.min(event.clientY, innerHeight - 120)}px`,
    width: "220px",
    zIndex: 99,
  });
  const heading = document.createElement("div");
  heading.className = "command-popup-heading";
  heading.textContent = "APPS";
  menu.append(heading, ...names.map((name) => entry(name, message.dataset.messageId)));
  document.body.append(menu);
});

const lobby = document.createElement("a");
lobby.id = "lobby-link";
lobby.href = "/lobby";
lobby.textContent = "Lobby: be somebody else, go elsewhere";
Object.assign(lobby.style, {
  position: "fixed", right: "16px", top: "60px", zIndex: 10000, padding: "6px 12px",
  borderRadius: "8px", background: "#e8a33d", color: "#1e1f22", font: "600 13px system-ui", textDecoration: "none",
});
// Outside the body, which the preview draws anew.
document.documentElement.append(lobby);
