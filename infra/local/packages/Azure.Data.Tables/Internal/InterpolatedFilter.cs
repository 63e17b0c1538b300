using System.Globalization;

namespace Azure.Data.Tables;

/// <summary>An interpolated string whose values are written as OData literals.</summary>
internal static class InterpolatedFilter
{
    public static string? Create(FormattableString? filter) => filter is null
        ? null
        : string.Format(CultureInfo.InvariantCulture, filter.Format, Array.ConvertAll(filter.GetArguments(), object? (value) => ODataLiteral.Format(value)));
}
