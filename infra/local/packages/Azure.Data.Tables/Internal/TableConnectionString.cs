namespace Azure.Data.Tables;

/// <summary>What a storage connection string says about tables: where they are and how to sign in.</summary>
internal sealed record TableConnectionString(TableEndpoint Endpoint, TableSharedKeyCredential? SharedKey)
{
    private const string DevelopmentAccount = "devstoreaccount1";

    // The emulator's published account key, the same on every machine: not a secret.
    private const string DevelopmentKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    public static TableConnectionString Parse(string connectionString)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        var settings = Settings(connectionString);

        if (settings.TryGetValue("UseDevelopmentStorage", out var development))
        {
            if (!bool.TryParse(development, out var use) || !use)
                throw new FormatException("UseDevelopmentStorage must be true.");
            var host = new Uri(settings.GetValueOrDefault("DevelopmentStorageProxyUri", "http://127.0.0.1"));
            return new TableConnectionString(
                TableEndpoint.Parse(new UriBuilder(host) { Port = 10002, Path = DevelopmentAccount }.Uri),
                new TableSharedKeyCredential(DevelopmentAccount, DevelopmentKey));
        }

        var endpoint = ReadEndpoint(settings);
        if (settings.TryGetValue("AccountName", out var account) && settings.TryGetValue("AccountKey", out var key))
            return new TableConnectionString(endpoint with { Account = account }, new TableSharedKeyCredential(account, key));
        if (settings.TryGetValue("SharedAccessSignature", out var sas))
            return new TableConnectionString(endpoint with { Sas = sas.TrimStart('?') }, null);

        throw new FormatException("The connection string needs AccountName and AccountKey, or SharedAccessSignature.");
    }

    private static TableEndpoint ReadEndpoint(Dictionary<string, string> settings)
    {
        if (settings.TryGetValue("TableEndpoint", out var explicitly))
        {
            return Uri.TryCreate(explicitly, UriKind.Absolute, out var uri)
                ? TableEndpoint.Parse(uri)
                : throw new FormatException("The connection string's TableEndpoint is not an absolute URI.");
        }

        if (settings.TryGetValue("AccountName", out var account) && settings.TryGetValue("EndpointSuffix", out var suffix))
        {
            var scheme = settings.GetValueOrDefault("DefaultEndpointsProtocol", Uri.UriSchemeHttps);
            return TableEndpoint.Parse(new Uri($"{scheme}://{account}.table.{suffix}"));
        }

        throw new FormatException("The connection string needs TableEndpoint, or AccountName and EndpointSuffix.");
    }

    private static Dictionary<string, string> Settings(string connectionString)
    {
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var segment in connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // Keys and signatures contain '=' themselves. The segment is not repeated in the message: it may be a secret.
            if (segment.Split('=', 2) is not [{ Length: > 0 } name, { Length: > 0 } value])
                throw new FormatException("The connection string must be of the form 'name=value;name=value'.");
            settings[name] = value;
        }

        return settings;
    }
}
