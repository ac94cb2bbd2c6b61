using System;
using System.Globalization;

namespace CognitoOwin.Bench;

/// <summary>A measured number and its target.</summary>
internal sealed class Figure(string name, double value, string meaning, double? atMost = null, double? atLeast = null)
{
    public string Name { get; } = name;

    public double Value { get; } = value;

    public string Meaning { get; } = meaning;

    public bool IsMeasured => !double.IsNaN(Value);

    public bool? Holds => !IsMeasured || (atMost == null && atLeast == null) ? null : !(Value > atMost) && !(Value < atLeast);

    public string Target =>
        atMost != null ? "≤ " + Text(atMost.Value)
        : atLeast != null ? "≥ " + Text(atLeast.Value)
        : "";

    public string Verdict => Holds switch { true => "yes", false => "**no**", null => IsMeasured ? "" : "not measured" };

    public static string Text(double value) =>
        double.IsNaN(value) ? "–" : value.ToString(Math.Abs(value) >= 100 ? "N0" : "0.00", CultureInfo.InvariantCulture);
}
