using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace SyncFunctions.App.Settings;

/// <summary>
/// Reads application settings and gathers what is wrong with them, so that all of it can be said at once: which setting, as it is
/// written in the environment, and what to put. A value is never repeated: it may be a secret.
/// </summary>
public sealed class SettingReader(IConfiguration configuration, Hosting hosting)
{
    /// <summary>What the platform leaves in place of a secret that it could not read.</summary>
    private const string Unresolved = "@Microsoft.KeyVault(";

    private readonly HashSet<string> _asked = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _refused = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _faults = [];

    public Hosting Hosting => hosting;

    /// <summary>A sentence each.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Null where nothing is set.</summary>
    public string? Text(string name)
    {
        _asked.Add(name);
        if (configuration[name] is not { Length: > 0 } text) return null;
        if (!text.StartsWith(Unresolved, StringComparison.OrdinalIgnoreCase)) return text;
        Refuse(name, "refers to a secret that the app could not read from Key Vault: look at the reference's status in the portal, and whether the app's identity has the role Key Vault Secrets User.");
        return null;
    }

    public string? Required(string name, string put)
    {
        var text = Text(name);
        if (text is null && !IsRefused(name)) Refuse(name, $"is missing: {put}");
        return text;
    }

    /// <summary>A setting that exists for one machine alone; on Azure it is refused.</summary>
    public string? EmbeddedOnly(string name, string instead)
    {
        var text = Text(name);
        if (text is null || hosting == Hosting.Embedded) return text;
        Refuse(name, $"is for the embedded host only: take it away{instead}.");
        return null;
    }

    public bool Flag(string name, bool otherwise) => Flag(name, Text(name), otherwise);

    public bool Flag(string name, string? text, bool otherwise)
    {
        if (text is null) return otherwise;
        if (bool.TryParse(text, out var flag)) return flag;
        Refuse(name, "is true or false.");
        return otherwise;
    }

    public int Whole(string name, int otherwise, int least, int most)
    {
        if (Text(name) is not { } text) return otherwise;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        Refuse(name, $"is a whole number from {least} to {most}.");
        return otherwise;
    }

    public TimeSpan Seconds(string name, double otherwise, double most)
    {
        if (Text(name) is not { } text) return TimeSpan.FromSeconds(otherwise);
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 && seconds <= most) return TimeSpan.FromSeconds(seconds);
        Refuse(name, $"is a number of seconds, {most.ToString(CultureInfo.InvariantCulture)} at most.");
        return TimeSpan.FromSeconds(otherwise);
    }

    /// <summary>An https address, or an http one of this machine.</summary>
    public Uri? Address(string name) => Address(name, Text(name));

    public Uri? Address(string name, string? text)
    {
        if (text is null) return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))) return address;
        Refuse(name, "is not an https address.");
        return null;
    }

    /// <summary>When a timer fires.</summary>
    public void Schedule(string name, string text)
    {
        if (!CronText.IsValid(text)) Refuse(name, "is no NCRONTAB expression of six fields, such as '0 * * * * *' for every minute.");
    }

    public void Refuse(string name, string why)
    {
        _refused.Add(name);
        _faults.Add($"The setting '{Written(name)}' {why}");
    }

    public bool IsRefused(string name) => _refused.Contains(name);

    /// <summary>Whatever is set in these sections must have been asked for: a name that is spelled wrong would have no effect.</summary>
    public void RefuseUnknown(params IEnumerable<string> sections)
    {
        foreach (var setting in sections.SelectMany(section => configuration.GetSection(section).AsEnumerable()).Where(setting => setting.Value is not null && !_asked.Contains(setting.Key)))
            Refuse(setting.Key, "is not known: look at how it is spelled.");
    }

    public bool IsAnySet(string section) => configuration[section] is { Length: > 0 } || configuration.GetSection(section).GetChildren().Any();

    private static string Written(string name) => name.Replace(":", "__", StringComparison.Ordinal);
}
