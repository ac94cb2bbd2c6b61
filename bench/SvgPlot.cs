using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;

namespace CognitoOwin.Bench;

/// <summary>Draws line charts, one below the other, as an SVG that is readable on a light and on a dark page.</summary>
internal sealed class SvgPlot(string title, string xLabel)
{
    private const int Width = 760;
    private const int PanelHeight = 220;
    private const int Left = 70;
    private const int Right = 20;
    private const int Top = 40;
    private const int Gap = 50;

    private static readonly string[] Colors = ["#1f77b4", "#d62728", "#2ca02c", "#ff7f0e", "#9467bd"];

    private readonly List<(string Label, List<(string Name, (double X, double Y)[] Points)> Series)> _panels = [];

    /// <summary>Adds a chart below the others.</summary>
    public SvgPlot Panel(string yLabel, params (string Name, IEnumerable<(double X, double Y)> Points)[] series)
    {
        _panels.Add((yLabel, [.. series.Select(one => (one.Name, one.Points.Where(point => !double.IsNaN(point.Y)).ToArray()))]));
        return this;
    }

    public void Save(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var height = Top + (_panels.Count * (PanelHeight + Gap));
        var svg = new StringBuilder();
        svg.Append(Text($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n"))
            .Append(Text($"<rect width=\"{Width}\" height=\"{height}\" fill=\"#fff\"/>\n"))
            .Append(Text($"<text x=\"{Left}\" y=\"20\" font-size=\"15\" fill=\"#222\">{title}</text>\n"));
        for (var i = 0; i < _panels.Count; i++)
        {
            Draw(svg, _panels[i].Label, _panels[i].Series, Top + (i * (PanelHeight + Gap)));
        }

        File.WriteAllText(path, svg.Append("</svg>\n").ToString());
    }

    private void Draw(StringBuilder svg, string label, List<(string Name, (double X, double Y)[] Points)> series, int top)
    {
        var all = series.SelectMany(one => one.Points).DefaultIfEmpty((0, 0)).ToList();
        var (minX, maxX) = (all.Min(point => point.X), Math.Max(all.Max(point => point.X), all.Min(point => point.X) + 1e-9));
        var maxY = RoundUp(all.Max(point => point.Y));
        double X(double x) => Left + ((x - minX) / (maxX - minX) * (Width - Left - Right));
        double Y(double y) => top + PanelHeight - (y / maxY * (PanelHeight - 20));
        for (var tick = 0; tick <= 4; tick++)
        {
            var (y, x) = (maxY * tick / 4, minX + ((maxX - minX) * tick / 4));
            svg.Append(Text($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(y):F1}\" y2=\"{Y(y):F1}\" stroke=\"#ddd\"/>\n"))
                .Append(Text($"<text x=\"{Left - 6}\" y=\"{Y(y) + 4:F1}\" text-anchor=\"end\" fill=\"#444\">{y:G4}</text>\n"))
                .Append(Text($"<text x=\"{X(x):F1}\" y=\"{top + PanelHeight + 16}\" text-anchor=\"middle\" fill=\"#444\">{x:G4}</text>\n"));
        }

        svg.Append(Text($"<text x=\"{Left}\" y=\"{top + 8}\" fill=\"#222\">{label}</text>\n"))
            .Append(Text($"<text x=\"{Width - Right}\" y=\"{top + PanelHeight + 32}\" text-anchor=\"end\" fill=\"#444\">{xLabel}</text>\n"));
        for (var i = 0; i < series.Count; i++)
        {
            var points = string.Join(" ", series[i].Points.Select(point => Text($"{X(point.X):F1},{Y(point.Y):F1}")));
            var color = Colors[i % Colors.Length];
            svg.Append(Text($"<polyline points=\"{points}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.6\"/>\n"))
                .Append(Text($"<text x=\"{Width - Right - ((series.Count - 1 - i) * 130)}\" y=\"{top + 8}\" text-anchor=\"end\" fill=\"{color}\">{series[i].Name}</text>\n"));
        }
    }

    // 1, 2 or 5 times a power of ten.
    private static double RoundUp(double value)
    {
        if (value <= 0)
        {
            return 1;
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return power * (new[] { 1.0, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10 }.First(step => step * power >= value * 0.9999));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
