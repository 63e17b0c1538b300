using System.Globalization;

namespace SyncFunctions.Vendors;

/// <summary>The JSON type of a field and the .NET type that holds it.</summary>
internal enum SimType
{
    /// <summary><see cref="string"/>, trimmed.</summary>
    Text,

    /// <summary><see cref="long"/>.</summary>
    Integer,

    /// <summary><see cref="decimal"/>.</summary>
    Number,

    /// <summary><see cref="bool"/>.</summary>
    Flag,

    /// <summary><see cref="DateOnly"/>.</summary>
    Date,

    /// <summary><see cref="DateTimeOffset"/>, in whole seconds where it is stored.</summary>
    Time,

    /// <summary>The number of a record as <see cref="long"/>, written as an object with its id and name.</summary>
    Reference,

    /// <summary>An array of <see cref="string"/>.</summary>
    TextList,

    /// <summary>An object with fields of its own, held as its values in field order.</summary>
    Object,

    /// <summary>Any JSON, kept as given.</summary>
    Json,
}

/// <summary>Computes a field that is read but never stored.</summary>
internal delegate object? SimDerive(SimAccount account, SimRecord record, object?[] values);

/// <summary>One field of a kind, in the vendor's own name.</summary>
internal sealed record SimField(string Name, SimType Type)
{
    /// <summary>Cannot be null or blank.</summary>
    public bool Required { get; init; }

    /// <summary>Longest text accepted; 0 is unlimited.</summary>
    public int MaxLength { get; init; }

    /// <summary>Value of a new record that does not give one.</summary>
    public object? Default { get; init; }

    /// <summary>The only texts accepted.</summary>
    public IReadOnlyList<string>? OneOf { get; init; }

    /// <summary>Kinds of which one must hold the record with this id. Reads as null once that record is deleted.</summary>
    public IReadOnlyList<string>? References { get; init; }

    /// <summary>Equality look-ups on this field do not scan.</summary>
    public bool Indexed { get; init; }

    /// <summary>A second name under which the field is written and read.</summary>
    public string? Alias { get; init; }

    /// <summary>The fields of an <see cref="SimType.Object"/>.</summary>
    public SimShape? Shape { get; init; }

    /// <summary>Shown on the pages for people and by the control interface, but not by the vendor's own paths.</summary>
    public bool IsForPages { get; init; }

    /// <summary>Set for a field that is computed on reading; what a caller sends for it is ignored.</summary>
    public SimDerive? Derive { get; init; }

    public bool IsStored => Derive is null;
}

/// <summary>How a vendor writes and reads points in time.</summary>
internal sealed record SimFormat(TimeSpan Precision, string TimeOut, IReadOnlyList<string> TimeIn, string DateOut)
{
    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    private static readonly string[] DateForms = ["yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"];

    public string Time(DateTimeOffset time) => time.UtcDateTime.ToString(TimeOut, CultureInfo.InvariantCulture);

    public string Date(DateOnly date) => date.ToDateTime(TimeOnly.MinValue).ToString(DateOut, CultureInfo.InvariantCulture);

    public bool TryTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(text, [.. TimeIn], CultureInfo.InvariantCulture, Utc, out time);

    public static bool TryDate(string text, out DateOnly date)
    {
        var ok = DateTime.TryParseExact(text, DateForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time);
        date = DateOnly.FromDateTime(time);
        return ok;
    }

    /// <summary>A stored time: in any of the customary forms, in UTC where it names no zone.</summary>
    public static bool TryMoment(string text, out DateTimeOffset time)
    {
        var ok = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out time);
        time = time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond));
        return ok;
    }

    /// <summary>The time as the vendor keeps it.</summary>
    public DateTimeOffset Truncate(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % Precision.Ticks), TimeSpan.Zero);
}
