using System.Collections.Immutable;
using Azure;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.Configuration;
using SyncFunctions.App.Notices;
using SyncFunctions.App.Records;
using SyncFunctions.App.SignIn;
using SyncFunctions.App.Telemetry;
using SyncFunctions.State;

namespace SyncFunctions.App.Settings;

/// <summary>The app's settings, read once at start.</summary>
public sealed class AppSettings
{
    private const string SystemsSection = "Systems";
    private const string PartnerFolderName = "PartnerSystems:Folder";

    /// <summary>The address under which browsers and vendors reach the app.</summary>
    public Uri? PublicBase { get; private init; }

    /// <summary>Where Azure has put the app.</summary>
    public Uri? AzureBase { get; private init; }

    /// <summary>Null where there is no mail server.</summary>
    public SmtpSettings? Smtp { get; private init; }

    public required RecordsSettings Records { get; init; }

    public required SignInSettings SignIn { get; init; }

    public required RetentionSettings Retention { get; init; }

    public required SecretSettings Secrets { get; init; }

    public required TelemetrySettings Telemetry { get; init; }

    /// <summary>Webhooks of notices and reactions may go to hosts that are not on the open internet, and without TLS.</summary>
    public bool AllowsPrivateHosts { get; private init; }

    /// <summary>Where the vault has it: null until the secrets are loaded.</summary>
    public string? OperatorKey { get; private set; }

    /// <summary>Where the embedded host keeps its keys.</summary>
    public string? HostKeyFile { get; private init; }

    /// <summary>The header whose last entry is the address that a request came from.</summary>
    public string? ClientAddressHeader { get; private init; }

    /// <summary>A folder to take the dashboard's files from.</summary>
    public string? DashboardFolder { get; private init; }

    /// <summary>A folder with manifests of partner systems.</summary>
    public string? PartnerFolder { get; private init; }

    /// <summary>What a system's connector is told, by the system and the setting's name.</summary>
    public ImmutableDictionary<string, ImmutableDictionary<string, string>> Systems { get; private init; } = ImmutableDictionary<string, ImmutableDictionary<string, string>>.Empty;

    /// <exception cref="SettingsException">A setting is wrong.</exception>
    public static AppSettings Read(IConfiguration configuration, Hosting hosting = Hosting.Embedded)
    {
        var reader = new SettingReader(configuration, hosting);
        var settings = Read(reader, configuration);
        SettingsException.ThrowIfAny(reader.Faults);
        return settings;
    }

    internal static AppSettings Read(SettingReader reader, IConfiguration configuration)
    {
        var isAzure = reader.Hosting == Hosting.Azure;
        var settings = new AppSettings
        {
            PublicBase = Public(reader),
            AzureBase = Uri.TryCreate($"https://{reader.Text("WEBSITE_HOSTNAME")}/", UriKind.Absolute, out var azure) ? azure : null,
            Smtp = SmtpSettings.Read(reader),
            Records = RecordsSettings.Read(reader),
            SignIn = SignInSettings.Read(reader),
            Retention = RetentionSettings.Read(reader),
            Secrets = SecretSettings.Read(reader),
            Telemetry = TelemetrySettings.Read(reader),
            AllowsPrivateHosts = reader.Flag("Webhooks:AllowPrivateHosts", reader.EmbeddedOnly("Webhooks:AllowPrivateHosts", ""), otherwise: false),
            OperatorKey = Operator(reader),
            HostKeyFile = reader.EmbeddedOnly("EmbeddedHost:KeyFile", ", and give 'OperatorKey' a key"),
            ClientAddressHeader = reader.Text("ClientAddress:Header") ?? (isAzure ? "X-Forwarded-For" : null),
            DashboardFolder = Folder(reader, "Dashboard:Folder", reader.EmbeddedOnly("Dashboard:Folder", "")),
            PartnerFolder = Folder(reader, PartnerFolderName, reader.Text(PartnerFolderName)),
            Systems = configuration.GetSection(SystemsSection).GetChildren().ToImmutableDictionary(
                system => system.Key,
                system => system.GetChildren().Where(setting => reader.Text(setting.Path) is not null).ToImmutableDictionary(setting => setting.Key, setting => setting.Value!, StringComparer.OrdinalIgnoreCase),
                StringComparer.OrdinalIgnoreCase),
        };
        reader.EmbeddedOnly("EmbeddedHost:MessageLease", "");
        reader.RefuseUnknown("Smtp", "RecordsApi", "SignIn", "Webhooks", "ClientAddress", "Dashboard", "PartnerSystems");
        return settings;
    }

    /// <summary>What the vault has, where settings name it: the keys of stored credentials, which are returned, and the operator's key.</summary>
    /// <exception cref="SettingsException">It could not be read, or cannot be used.</exception>
    public Task<SecretKeys> LoadSecretsAsync(CancellationToken cancellation) => LoadSecretsAsync(Secrets.Open, cancellation);

    /// <param name="open">Opens a vault.</param>
    internal async Task<SecretKeys> LoadSecretsAsync(Func<Uri, SecretClient> open, CancellationToken cancellation)
    {
        try
        {
            OperatorKey ??= await Secrets.LoadOperatorKeyAsync(open, cancellation);
            return await Secrets.LoadKeysAsync(open, cancellation);
        }
        catch (FormatException wrong)
        {
            throw new SettingsException([wrong.Message]);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException([$"The setting 'SecretKeyFile' leads to no keys: {unreadable.Message}"]);
        }
        catch (RequestFailedException refused)
        {
            throw new SettingsException([$"A secret of 'SecretKeyUri' or 'OperatorKeyUri' could not be read, the vault answered {refused.Status} {refused.ErrorCode}: look whether it is there, whether the app's identity has the role Key Vault Secrets User, and whether the app reaches the vault's network."]);
        }
        catch (AggregateException unreached) when (unreached.InnerExceptions is [RequestFailedException, ..])
        {
            throw new SettingsException([$"A secret of 'SecretKeyUri' or 'OperatorKeyUri' could not be read, as the vault was not reached: {unreached.InnerExceptions[^1].Message}"]);
        }
        catch (AuthenticationFailedException)
        {
            throw new SettingsException(["A secret of 'SecretKeyUri' or 'OperatorKeyUri' could not be read, as no identity could sign in to the vault: 'AZURE_CLIENT_ID' is the client id of the app's identity."]);
        }
    }

    /// <summary>That what is set for systems is a setting that one of them has, and that the manifests of partners can be read.</summary>
    internal void CheckSystems(SettingReader reader)
    {
        // Which systems there are is not known then.
        if (reader.IsRefused(PartnerFolderName)) return;
        Dictionary<string, Connectors.SystemCatalog> known;
        try
        {
            using var client = new HttpClient();
            known = new Connectors.Systems(new Connectors.VendorPipeline(client, TimeProvider.System, Random.Shared), PartnerFolder).Catalogs.ToDictionary(catalog => catalog.System, StringComparer.OrdinalIgnoreCase);
        }
        catch (InvalidOperationException wrong)
        {
            reader.Refuse(PartnerFolderName, $"can't be used: {wrong.Message}");
            return;
        }

        foreach (var (system, setting) in Systems.SelectMany(system => system.Value.Keys.Select(setting => (system.Key, setting))))
        {
            if (!known.TryGetValue(system, out var catalog)) reader.Refuse($"{SystemsSection}:{system}:{setting}", $"is not known: the systems are {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}.");
            else if (!catalog.Settings.Keys.Contains(setting, StringComparer.OrdinalIgnoreCase)) reader.Refuse($"{SystemsSection}:{system}:{setting}", $"is not known: those of {system} are {string.Join(", ", catalog.Settings.Keys.Order(StringComparer.Ordinal))}.");
        }
    }

    private static Uri? Public(SettingReader reader)
    {
        const string name = "PublicBaseUrl";
        if (reader.Text(name) is not { } text) return null;
        if (Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https" && address.UserInfo.Length == 0 && address.Query.Length == 0 && address.Fragment.Length == 0)
            return address;
        reader.Refuse(name, "is not an http address, such as https://sync.example.com.");
        return null;
    }

    private static string? Operator(SettingReader reader)
    {
        const string name = "OperatorKey";
        var key = reader.Text(name);
        if (key is null or { Length: >= Access.OperatorKeys.MinLength }) return key;
        reader.Refuse(name, $"is too short: a key has {Access.OperatorKeys.MinLength} characters or more.");
        return null;
    }

    private static string? Folder(SettingReader reader, string name, string? folder)
    {
        if (folder is not null && !Directory.Exists(folder)) reader.Refuse(name, "names a folder that does not exist.");
        return folder;
    }
}

/// <summary>The settings are such that the app can't start.</summary>
public sealed class SettingsException(IReadOnlyList<string> faults) : Exception(string.Join(Environment.NewLine, faults))
{
    /// <summary>A sentence each, with the setting's name and what to put.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;

    internal static void ThrowIfAny(IReadOnlyList<string> faults)
    {
        if (faults.Count > 0) throw new SettingsException(faults);
    }
}
