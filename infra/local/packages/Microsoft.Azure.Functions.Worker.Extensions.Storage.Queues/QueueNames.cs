namespace Microsoft.Azure.Functions.Worker.Embedded;

internal static class QueueNames
{
    /// <summary>The name in lower case, as the service wants it.</summary>
    /// <exception cref="ArgumentException">The service would not take it; the message is the genuine host's.</exception>
    public static string Checked(string name)
    {
        name = name.ToLowerInvariant();
        if (name.Length == 0) throw new ArgumentException("A queue name can't be null or empty", nameof(name));
        if (name.Length is < 3 or > 63) throw new ArgumentException($"A queue name must be from 3 to 63 characters long - \"{name}\"", nameof(name));
        if (name[0] == '-' || name[^1] == '-') throw new ArgumentException($"The dash (-) character may not be the first or last letter - \"{name}\"", nameof(name));
        if (!name.All(letter => char.IsLetterOrDigit(letter) || letter == '-'))
            throw new ArgumentException($"A queue name can contain only letters, numbers, and dash(-) characters - \"{name}\"", nameof(name));
        if (name.Contains("--")) throw new ArgumentException("A queue name cannot contain consecutive dash(-) characters.", nameof(name));
        return name;
    }
}
