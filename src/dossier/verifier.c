#include "dossier/verifier.h"

#include "dossier/texts.h"

static enum pb_status
append_all(struct pb_buf *text, const char *const *block)
{
	enum pb_status status = PB_OK;

	for (; status == PB_OK && *block != NULL; block++)
		status = pb_buf_append_text(text, *block);
	return status;
}

enum pb_status
pb_dossier_verifier(const struct pb_dossier *d, struct pb_buf *text)
{
	enum pb_status status = append_all(text, pb_verifier_begin);

	/* A case has no character that a shell knows (FORMAT 5.2). */
	if (status == PB_OK)
		status = pb_buf_printf(text, "    CASE=%s\n", d->manifest->case_name);
	if (status == PB_OK)
		status = append_all(text, pb_verifier_files);
	return status == PB_OK ? append_all(text, pb_verifier_log) : status;
}

/*
 * PowerShell 5.1 and certutil are in every Windows since 10; what needs openssl is said.  The loop
 * names each file that differs, is missing, or is there without being in the list.
 */
static const char *const windows[] = {
	"CONTRÔLER CE DOSSIER SOUS WINDOWS, SANS RIEN INSTALLER\n"
	"TO CHECK THIS BUNDLE ON WINDOWS, WITH NOTHING INSTALLED\n\n"
	"Ceci contrôle les fichiers. Les signatures, l'horodatage et le journal\n"
	"demandent openssl : employez probant-verify, ou un poste Linux avec\n"
	"VERIFIER.txt. Ne téléversez le dossier sur aucun site de vérification.\n"
	"This checks the files. Signatures, timestamps and the log need openssl: use\n"
	"probant-verify, or a Linux computer with VERIFIER.txt. Do not upload the\n"
	"bundle to any verification site.\n\n",
	"1. L'empreinte du fichier reçu, à comparer avec celle qui vous est parvenue\n"
	"   autrement (invite de commandes ; mettez le nom du fichier).\n"
	"1. The digest of the file received, to compare with the one that reached you\n"
	"   by another way (command prompt; put in the name of the file).\n\n",
	"2. L'ouvrir : le conteneur, puis le dossier qu'il contient.\n"
	"2. Unpack it: the container, then the package in it.\n\n",
	"3. L'empreinte d'un fichier, à comparer avec sa ligne de SHA256SUMS.\n"
	"3. The digest of a file, to compare with its line of SHA256SUMS.\n\n"
	"    certutil -hashfile manifest.json SHA256\n\n",
	"4. Tous les fichiers d'un coup : dans PowerShell (5.1 ou plus), dans le\n"
	"   répertoire « package », collez ces lignes. Rien ne s'affiche entre\n"
	"   DEBUT et FIN si tout concorde ; sinon, chaque fichier qui diffère,\n"
	"   manque, ou n'est pas dans la liste.\n"
	"4. All files at once: in PowerShell (5.1 or later), in the directory\n"
	"   \"package\", paste these lines. Nothing shows between DEBUT and FIN if\n"
	"   all agree; else each file that differs, is missing, or is not listed.\n\n"
	"    & { 'DEBUT'; $s = @{}; Get-Content SHA256SUMS | ForEach-Object {\n"
	"    $h = $_.Substring(0,64); $n = $_.Substring(66); $s[$n] = 1;\n"
	"    if (-not (Test-Path -LiteralPath $n)) { \"manque / missing $n\" }\n"
	"    elseif ((Get-FileHash -Algorithm SHA256 -LiteralPath $n).Hash -ne $h) {\n"
	"    \"differe / differs $n\" } }; $b = (Get-Location).Path.Length + 1;\n"
	"    Get-ChildItem -Recurse -File -Force | ForEach-Object {\n"
	"    $n = $_.FullName.Substring($b).Replace('\\','/');\n"
	"    if (-not $s[$n] -and $n -notmatch '^SHA256SUMS(\\.note)?$') {\n"
	"    \"en trop / not listed $n\" } }; 'FIN' }\n\n",
	"Cela dit que les fichiers vont avec SHA256SUMS, et rien de plus : qui change\n"
	"les deux n'est pas découvert ainsi. La signature de SHA256SUMS, les dates, la\n"
	"place dans le journal et le contenu des enregistrements restent à contrôler.\n"
	"This says that the files go with SHA256SUMS, and no more: whoever changes both\n"
	"is not found out. The signature of SHA256SUMS, the times, the place in the\n"
	"log and the content of the records remain to be checked.\n",
};

enum pb_status
pb_dossier_verifier_windows(const struct pb_dossier *d, struct pb_buf *text)
{
	const char *name = d->manifest->case_name;
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < sizeof(windows) / sizeof(windows[0]); i++) {
		status = pb_buf_append_text(text, windows[i]);
		if (status == PB_OK && i == 1)
			status =
			    pb_buf_printf(text, "    certutil -hashfile %s.asics SHA256\n\n", name);
		if (status == PB_OK && i == 2)
			status = pb_buf_printf(text,
			    "    mkdir container package\n"
			    "    tar -xf %s.asics -C container\n"
			    "    tar -xf container\\%s.zip -C package\n"
			    "    cd package\n\n",
			    name, name);
	}
	return status;
}
